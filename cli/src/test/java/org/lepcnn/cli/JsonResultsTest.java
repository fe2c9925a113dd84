/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.json.Json;

/** Programs find the members of results under their names, in their order. */
class JsonResultsTest {
  private static final String EXAMPLE =
      Path.of(System.getProperty("lepcnn.home"), "examples/meter-digits/meter-digits.onnx")
          .toString();

  @TempDir private Path folder;

  @Test
  void fromTheModelToTheDevice() {
    Json imported = run("import", EXAMPLE, "-o", path("b"), "--trusted", "--json");
    assertMembers(
        imported,
        "model fingerprint batch rounds totalMacs offloadedMacs offloadedShare uncountedLayers finerMacs bytesUp"
            + " bytesDown tableBytesPerPass layers notes precision");
    assertMembers(
        imported.at("layers").items().get(0),
        "name op shape macs bits field signed weightBits weightLimit headroomBits offloaded reason round"
            + " bytesUp bytesDown");
    Json bundle = run("inspect", path("b"), "--json");
    assertMembers(bundle, "kind fingerprint formatVersions report");
    assertMembers(bundle.at("formatVersions"), "manifest.lep edge.lep device.lep");
    assertThat(bundle.at("report").names())
        .isEqualTo(imported.names().subList(0, imported.names().size() - 2));

    assertMembers(run("owner", "create", "-o", path("o"), "--json"), "owner");
    Json provisioned =
        run(
            "device",
            "provision",
            "meter-17",
            "--owner",
            path("o"),
            "--bundle",
            path("b"),
            "-o",
            path("g"),
            "--json");
    assertMembers(provisioned, "device chain model suite grant");
    assertThat(provisioned.at("grant").asText()).isEqualTo(path("g"));
    assertThat(provisioned.at("model").asText()).isEqualTo(imported.at("fingerprint").asText());
    assertMembers(
        run("inspect", path("g"), "--json"), "kind formatVersion device chain model suite");
    Json owner = run("inspect", path("o"), "--json");
    assertMembers(owner, "kind formatVersion ledger");
    assertMembers(
        owner.at("ledger").items().get(0), "device model chain suite issuedPasses status");

    assertMembers(
        run("device", "init", path("g"), "--state", path("s"), "--json"),
        "device chain model state retired");
    Json state = run("inspect", path("s"), "--json");
    assertMembers(state, "kind chains retired");
    assertMembers(
        state.at("chains").items().get(0),
        "formatVersion device model chain suite nextPass integrityFailures");
    assertMembers(
        run("device", "lift-quarantine", "--state", path("s"), "--json"), "device chain failures");
    assertMembers(
        run("device", "retire", provisioned.at("chain").asText(), "--state", path("s"), "--json"),
        "chain state");
  }

  @Test
  void ofAStandardNetwork() {
    assertMembers(
        run("zoo", "squeezenet", "-o", path("z.onnx"), "--json"),
        "model seed parameters macs file bytes");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Json run(String... arguments) {
    CommandRun ran = CommandRun.of((Object[]) arguments);
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).hasLineCount(1);
    return Json.parse(ran.out());
  }

  private static void assertMembers(Json object, String names) {
    assertThat(object.names()).isEqualTo(List.of(names.split(" ")));
  }
}
