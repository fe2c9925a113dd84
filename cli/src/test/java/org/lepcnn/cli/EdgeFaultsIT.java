/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.campaign.edge.EdgeFaultReport;
import org.lepcnn.campaign.edge.EdgeFaults;
import org.lepcnn.campaign.edge.EdgeKill;

/** The short form of {@code lepcnn campaign edge}: each kind of process is killed once. */
class EdgeFaultsIT {
  @TempDir private Path folder;

  @Test
  void killedTaskManagerJobManagerAndBroker_costNoAnswer() throws IOException {
    EdgeFaultReport report =
        EdgeFaults.run(new EdgeFaults.Settings(60, 3, 4, 5), folder, System.out::println);
    assertThat(report.holds()).as(report.text()).isTrue();
    assertThat(report.exact()).isEqualTo(60);
    assertThat(report.kills())
        .extracting(EdgeKill::victim)
        .containsExactlyInAnyOrder(EdgeKill.Killable.values());
    assertThat(report.kills())
        .allSatisfy(
            kill -> {
              assertThat(kill.killedIsGone()).isTrue();
              assertThat(kill.successor()).isNotEqualTo(kill.killed());
              assertThat(kill.unanswered()).isPositive();
            });
    assertNoPasswordInFlinksFiles();
  }

  /** Not in the job that is kept for recovery, in no checkpoint, log or configuration. */
  private void assertNoPasswordInFlinksFiles() throws IOException {
    Path config = folder.resolve("security").resolve("clients").resolve("edge.properties");
    Matcher password = Pattern.compile("password=\"([^\"]+)\"").matcher(Files.readString(config));
    assertThat(password.find()).isTrue();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder.resolve("flink"))) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    assertThat(files).anyMatch(file -> file.startsWith(folder.resolve("flink").resolve("ha")));
    for (Path file : files) {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes.contains(password.group(1))).as("%s holds a password", file).isFalse();
    }
  }
}
