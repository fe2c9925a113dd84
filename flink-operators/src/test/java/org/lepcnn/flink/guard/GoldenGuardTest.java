/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.testkit.FakeTopics;

/**
 * The guard's part of savepoints that earlier versions wrote, and that every later one has to read.
 * {@link GoldenGuardMain} made them. They are never made anew: a new version of the state gets a
 * file of its own beside the others, and this test reads every file.
 */
class GoldenGuardTest {
  private static final String CHAIN = "000000000000000b000000000000000c";
  private static final String OTHER_CHAIN = "00000000000000150000000000000016";
  private static final String ONE = " of 11dd29d9, instance 00000000000000010000000000000001, ";
  private static final String OTHER = " of 11dd29d9, instance 00000000000000020000000000000002, ";

  /** By version, the devices as {@link #describe} tells them. */
  private static final Map<Integer, List<String>> DEVICES =
      Map.of(
          2,
          List.of(
              "d: " + CHAIN + ONE + "0 to 3, released, others -1, floor 0, open [0.0 #5]",
              "e: " + CHAIN + OTHER + "7 to 9, others -1, floor 7, open []"),
          3,
          List.of(
              "a: "
                  + CHAIN
                  + ONE
                  + "0 to 399, released, others -1, floor 0, open [0.2 #5, 300.0 #-1]",
              "b: " + CHAIN + OTHER + "7 to 1000000, others 6, floor 7, open []",
              "c: " + OTHER_CHAIN + ONE + "0 to 9, others -1, floor 0, open []; retired " + CHAIN));

  static List<Integer> versions() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(golden())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("guard-v\\d+\\.snapshot"))
          .map(name -> Integer.valueOf(name.replaceAll("\\D", "")))
          .sorted()
          .toList();
    }
  }

  private static Path golden() throws URISyntaxException {
    URL file = GoldenGuardTest.class.getResource(GoldenGuardMain.fileName(2));
    return Path.of(file.toURI()).getParent();
  }

  @Test
  void everyVersionThatIsWritten_isThere() throws Exception {
    assertThat(versions())
        .containsExactlyInAnyOrderElementsOf(DEVICES.keySet())
        .contains(DeviceGuardSerializer.VERSION);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void savepoint_isRestored(int version) throws Exception {
    assertThat(restored(golden().resolve(GoldenGuardMain.fileName(version))))
        .containsExactlyElementsOf(DEVICES.get(version));
  }

  /** What a guard has once it is given its state; no model is asked for before it opens. */
  private static List<String> restored(Path file) throws Exception {
    EdgeSettings settings = EdgeSettings.of(new ModelSource("none", "scalar"), FakeTopics.with());
    try (var harness = GoldenGuardMain.harness(settings)) {
      harness.initializeState(OperatorSnapshotUtil.readStateHandle(file.toString()));
      return describe(((AbstractStreamOperator<?>) harness.getOperator()).getKeyedStateBackend());
    }
  }

  private static <K> List<String> describe(KeyedStateBackend<K> backend) throws Exception {
    List<K> devices;
    try (Stream<K> keys = backend.getKeys(GuardFunction.STATE_NAME, VoidNamespace.INSTANCE)) {
      devices = keys.sorted().toList();
    }
    List<String> told = new ArrayList<>();
    for (K device : devices) {
      backend.setCurrentKey(device);
      ValueState<DeviceGuard> state =
          backend.getPartitionedState(
              VoidNamespace.INSTANCE,
              VoidNamespaceSerializer.INSTANCE,
              new ValueStateDescriptor<>(GuardFunction.STATE_NAME, DeviceGuardSerializer.INSTANCE));
      told.add(device + ": " + describe(state.value()));
    }
    return told;
  }

  private static String describe(DeviceGuard device) {
    List<String> told = new ArrayList<>();
    device.chains().forEach(chain -> told.add(describe(chain)));
    device.retired().forEach(chain -> told.add("retired " + chain));
    return String.join("; ", told);
  }

  private static String describe(ChainGuard chain) {
    return "%s of %s, instance %s, %d to %d%s, others %d, floor %d, open %s"
        .formatted(
            chain.chain(),
            chain.model().shortName(),
            chain.instance(),
            chain.first(),
            chain.last(),
            chain.released() ? ", released" : "",
            chain.othersLast(),
            chain.open().floor(),
            describe(chain.open()));
  }

  private static List<String> describe(OpenPasses open) {
    return IntStream.range(0, open.size())
        .mapToObj(i -> open.pass(i) + "." + open.round(i) + " #" + open.digest(i))
        .toList();
  }
}
