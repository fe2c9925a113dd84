/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.json.Json;

/**
 * Damaged configurations and lines of requests are read or refused with a typed error, nothing
 * else. A longer run: see {@code ReaderFuzzTest}.
 */
@Tag("slow")
class GatewayTextFuzzTest {
  private static final String READ = "read";
  private static final byte[] CONFIGURATION =
      """
      bootstrap.servers = broker-1:9092
      gateway = home
      in.flight = 4
      reservation = 16
      patience.seconds = 60
      session.meter-17.state = state
      session.meter-17.tables = tables
      """
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] LINE =
      "{\"device\": \"meter-17\", \"input\": \"pictures/\\u00fc.png\", \"id\": \"a-1\"}"
          .getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  @Test
  void damagedConfigurations_areReadOrRefused() {
    assertReadOrRefused("configurations", this::configuration);
  }

  @Test
  void damagedLines_areReadOrRefused() {
    assertReadOrRefused("lines", (random, number) -> line(random));
  }

  private static void assertReadOrRefused(String what, FuzzRun.Attempt attempt) {
    new FuzzRun(Long.getLong("fuzz.seed", 7), attempt)
        .check("Damaged " + what, Long.getLong("fuzz.inputs", 2_000), READ, FuzzRun.REFUSED);
  }

  private String configuration(ByteMutator random, long number) throws IOException {
    Path file = folder.resolve("gateway.properties");
    GatewayConfig.read(Files.write(file, random.damaged(CONFIGURATION, LINE)));
    return READ;
  }

  /** What the reader of lines turns into an answer is an {@link IllegalArgumentException}. */
  private static String line(ByteMutator random) {
    String text = new String(random.damaged(LINE, CONFIGURATION), StandardCharsets.UTF_8);
    try {
      Json.parse(text);
      return READ;
    } catch (IllegalArgumentException e) {
      return e.getMessage() == null ? "refused without a word" : FuzzRun.REFUSED;
    }
  }
}
