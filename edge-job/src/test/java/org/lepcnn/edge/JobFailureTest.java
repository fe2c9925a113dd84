/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobFailureTest {
  @Test
  void theDeepestCauseOfATrace_isTheReason() {
    String trace =
        """
        org.apache.flink.util.FlinkException: Global failure
        \tat a.b.C.d(C.java:1)
        Caused by: java.lang.RuntimeException: failed to fetch
        \tat a.b.C.e(C.java:2)
        \t... 3 more
        Caused by: org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [t]
        """;

    assertThat(JobFailure.deepestCause(trace))
        .isEqualTo(
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access"
                + " topics: [t]");
  }

  @Test
  void traceWithoutCauses_isItsFirstLine_andLongOnesAreCut() {
    assertThat(JobFailure.deepestCause("\njava.lang.Error: x\n\tat y"))
        .isEqualTo("java.lang.Error: x");
    assertThat(JobFailure.deepestCause("")).isEqualTo("unknown");
    assertThat(JobFailure.deepestCause("e".repeat(9_000)))
        .hasSizeLessThan(600)
        .endsWith("… (9000 characters)");
    assertThat(JobFailure.deepestCause("e\u001b[2J")).isEqualTo("e<U+001B>[2J");
  }
}
