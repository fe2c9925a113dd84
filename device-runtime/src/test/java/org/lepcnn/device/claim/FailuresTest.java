/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;

class FailuresTest {
  private final RuntimeException cause = new EnvironmentException("No answer.");

  @Test
  void whatFuturesWrapAround_isTakenOff_nothingElse() {
    assertThat(Failures.unwrap(cause)).isSameAs(cause);
    assertThat(Failures.unwrap(new ExecutionException(new CompletionException(cause))))
        .isSameAs(cause);
    RuntimeException other = new IllegalStateException(cause);
    assertThat(Failures.unwrap(other)).isSameAs(other);
    assertThat(Failures.unwrap(null)).isNull();
  }

  @Test
  void aWrapperAroundNothing_isTheFailureItself() {
    CompletionException empty = new CompletionException((Throwable) null);
    assertThat(Failures.unwrap(empty)).isSameAs(empty);
  }

  @Test
  void whatIsRethrown_isTheCauseWhereverThatCanBeThrown() {
    assertThat(Failures.rethrown(new CompletionException(cause))).isSameAs(cause);
    CompletionException checked = new CompletionException(new IOException("disk"));
    assertThat(Failures.rethrown(checked)).isSameAs(checked);
    AssertionError fatal = new AssertionError("fatal");
    assertThatThrownBy(() -> Failures.rethrown(new CompletionException(fatal))).isSameAs(fatal);
  }
}
