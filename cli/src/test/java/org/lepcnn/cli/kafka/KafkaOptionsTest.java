/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.command.Output;
import picocli.CommandLine;

@Tag("slow")
class KafkaOptionsTest {
  /** The answer comes when the line has been told, however late that is. */
  @Test
  void aBrokerThatAnswersLate_isWaitedForAloud() {
    KafkaOptions kafka =
        CommandLine.populateCommand(new KafkaOptions(), "--bootstrap-server", "broker-1:9092");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      String answer =
          kafka.ask(
              new Output(),
              () -> {
                while (bytes.size() == 0) {
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
                return "late";
              });
      assertThat(answer).isEqualTo("late");
    } finally {
      System.setErr(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("lepcnn: waiting for the Kafka broker at broker-1:9092 (");
  }
}
