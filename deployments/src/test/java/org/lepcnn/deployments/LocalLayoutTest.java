/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LocalLayoutTest {
  private final LocalLayout layout = LocalLayout.find();

  @Test
  void theRepository_isFoundFromTheClass() {
    assertThat(layout.clusterScript()).isExecutable();
    assertThat(layout.conf().resolve("server.properties")).exists();
  }

  @Test
  void theOpensOfTheScripts_areThoseOfTheBuild() throws IOException {
    String pom = Files.readString(layout.home().resolve("pom.xml"));
    Matcher opens = Pattern.compile("<flink.opens>(.*?)</flink.opens>").matcher(pom);
    assertThat(opens.find()).isTrue();
    assertThat(jvmArguments()).containsAll(List.of(opens.group(1).split(" ")));
  }

  @Test
  void avrosPermission_isGivenToEveryJvmOfFlink() throws IOException {
    assertThat(jvmArguments()).contains("-Dorg.apache.avro.SERIALIZABLE_PACKAGES=org.lepcnn");
  }

  private List<String> jvmArguments() throws IOException {
    Path file = layout.conf().resolve("flink-jvm.args");
    return Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList();
  }
}
