/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;
import static org.lepcnn.onnx.OnnxModels.integer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.input.MadeUpInputs;
import org.lepcnn.onnx.OnnxModels;

/** {@code --optimise}: what goes to the edge where only what pays does. */
@Tag("slow")
class CutCommandTest {
  private static final int BAD_INPUT = 2;

  @TempDir private Path folder;

  /** Two branches that a sum joins, a depthwise layer, and a large fully connected one. */
  private static OnnxModels network() {
    OnnxModels model = new OnnxModels(3).input("x", 1, 3, 12, 12);
    model.conv("x", "a", dims(32, 3, 3, 3));
    model.node("Relu", "r", "a");
    model.conv("r", "b", dims(32, 32, 1, 1));
    model.conv("r", "c", dims(32, 32, 1, 1));
    model.node("Add", "s", "b c");
    model.conv("s", "d", dims(32, 1, 3, 3), integer("group", 32));
    model.node("Flatten", "f", "d");
    model.node("MatMul", "y", "f " + model.constant(model.numbers(2048 * 400, -1, 1), 2048, 400));
    return model.output("y");
  }

  private Ran run(String command, OnnxModels model, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of(command, model.write(folder), "--trusted"));
    arguments.addAll(List.of(options));
    return Ran.command(arguments.toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "latency, cortex-a72, ''",
    "latency, cortex-a76, --max-rounds=1",
    "device-cpu, x86-avx512, ''",
    "device-cpu, cortex-a53, --device-memory=4K",
    "traffic, cortex-a76, --device-memory=1K",
    "energy, cortex-a76, ''",
  })
  void everyCut_isExact_andSaysWhatItCosts(String objective, String profile, String limit) {
    List<Object> options = new ArrayList<>(List.of("--optimise", objective, "--profile", profile));
    if (!limit.isEmpty()) {
      options.add(limit);
    }

    Ran ran = run("check", network(), options.toArray());

    assertThat(ran.status()).as(ran.text()).isZero();
    assertThat(ran.text())
        .contains(
            "Cut for " + objective + ", by the profile " + profile,
            "everything at the edge:",
            "this cut:",
            "all on the device:",
            "4 inputs: all equal")
        .containsPattern("node_a +Conv +[0-9.]+ +[0-9.]+ +[0-9.]+ +(offloaded|on the device)")
        .containsPattern("node_c +Conv +[0-9.]+ +[0-9.]+ +shared");
  }

  @Test
  void theDefault_isAsBefore_andAProfileAloneAddsItsCosts() {
    Ran plain = run("import", network(), "-o", folder.resolve("plain"));
    Ran costs = run("import", network(), "-o", folder.resolve("costs"), "--profile", "x86-avx512");

    assertThat(plain.text()).doesNotContain("this cut:");
    assertThat(costs.text()).contains("Cut for offloaded, by the profile x86-avx512", "this cut:");
    assertThat(ModelBundle.read(folder.resolve("plain")).fingerprint())
        .isEqualTo(ModelBundle.read(folder.resolve("costs")).fingerprint());
  }

  @Test
  void programs_getTheCostsToo() {
    Ran ran = run("import", network(), "-o", folder.resolve("b"), "--optimise", "energy", "--json");

    assertThat(ran.text())
        .contains(
            "\"cut\":{\"objective\":\"energy\",\"profile\":\"cortex-a72\"",
            "\"onTheDevice\":",
            "\"atTheEdge\":",
            "\"everythingAtTheEdge\":{\"rounds\":4",
            "\"thisCut\":{",
            "\"allOnTheDevice\":{\"rounds\":0");
  }

  @Test
  void aProcessOfItsOwn_makesTheSameCut() {
    Path model = network().write(folder);
    List<String> bundles = new ArrayList<>();
    for (String trusted : List.of("--trusted", "--json")) {
      Path bundle = folder.resolve("bundle" + trusted);
      Ran ran =
          Ran.command(
              "import",
              model,
              "-o",
              bundle,
              "--optimise",
              "traffic",
              "--device-memory",
              "8K",
              "--max-rounds",
              "2",
              "--precision",
              "fast",
              trusted);
      assertThat(ran.status()).as(ran.text()).isZero();
      bundles.add(ModelBundle.read(bundle).fingerprint().toString());
    }
    assertThat(bundles.get(0)).isEqualTo(bundles.get(1));
  }

  @Test
  void whereNothingPays_theBundleHasNoRounds_andWorks() throws Exception {
    OnnxModels model = new OnnxModels(3).input("x", 1, 8, 8, 8);
    model.conv("x", "y", dims(8, 8, 1, 1));
    model.output("y");
    Path bundle = folder.resolve("bundle");

    Ran imported = run("import", model, "-o", bundle, "--optimise", "latency");
    assertThat(imported.status()).as(imported.text()).isZero();
    assertThat(imported.text())
        .contains("Nothing pays", "0 rounds", "the cut for latency on cortex-a72 keeps it");
    assertThat(run("check", model, "--optimise", "latency").status()).isZero();

    Path owner = folder.resolve("owner.lep");
    Path grant = folder.resolve("grant");
    Path tables = folder.resolve("tables");
    Path state = folder.resolve("state");
    assertThat(Ran.command("owner", "create", "-o", owner).status()).isZero();
    assertThat(
            Ran.command(
                    "device", "provision", "d", "--owner", owner, "--bundle", bundle, "-o", grant)
                .status())
        .isZero();
    Ran made =
        Ran.command(
            "precompute",
            "--owner",
            owner,
            "--bundle",
            bundle,
            "--device",
            "d",
            "--passes",
            "5",
            "-o",
            tables);
    assertThat(made.status()).as(made.text()).isZero();
    assertThat(made.text()).contains("needs none");
    assertThat(Ran.command("device", "init", grant, "--state", state).status()).isZero();
    runOnce(bundle, state, tables);
  }

  private static void runOnce(Path bundle, Path state, Path tables) throws Exception {
    ModelBundle model = ModelBundle.read(bundle);
    DeviceState opened = DeviceState.open(state);
    try (InProcessEdge edge = new InProcessEdge(model.edge(), Kernels.choose(null));
        PrivateSession session =
            PrivateSession.builder(opened, TableFolder.open(tables, opened), edge)
                .warmUp()
                .open()) {
      Map<String, ?> outputs =
          session.submit(MadeUpInputs.make(model.device().inputs(), 1).get(0)).get().outputs();
      assertThat(outputs).containsOnlyKeys("y");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--optimise=speed",
        "--optimise=traffic",
        "--optimise=latency --offload=all",
        "--optimise=latency --min-round-work=5",
        "--optimise=latency --max-rounds=-1",
        "--optimise=latency --device-memory=lots",
        "--optimise=latency --device-memory=-5",
        "--optimise=latency --profile=none.json",
        "--optimise=latency --max-rounds=0 --device-memory=0",
        "--max-rounds=3",
        "--device-memory=1M",
        "--profile=none.json",
        "--offload=some",
        "--min-round-work=-1",
      })
  void optionsThatMakeNoSense_areRefused(String options) {
    List<Object> all = new ArrayList<>(List.of("-o", folder.resolve("bundle")));
    all.addAll(List.of(options.split(" ")));

    Ran ran = run("import", network(), all.toArray());

    assertThat(ran.status()).as(ran.text()).isEqualTo(BAD_INPUT);
    assertThat(Files.exists(folder.resolve("bundle"))).isFalse();
  }
}
