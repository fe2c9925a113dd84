/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.lepcnn.flink.testkit.Requests.CHAIN;
import static org.lepcnn.flink.testkit.Requests.INSTANCE;
import static org.lepcnn.flink.testkit.Requests.OTHER_INSTANCE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.apache.flink.util.OutputTag;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RecordTypes;
import org.lepcnn.flink.testkit.FakeControl;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.Requests;
import org.lepcnn.flink.testkit.TestModel;
import org.lepcnn.kafka.topic.Topics;

/**
 * Writes the guard's part of a savepoint, which {@link GoldenGuardTest} reads for ever, as this
 * version makes it: once for each version of the state, into {@code
 * flink-operators/src/test/resources/org/lepcnn/flink/guard}.
 */
final class GoldenGuardMain {
  private static final ChainId OTHER_CHAIN = new ChainId(21, 22);
  private static final OutputTag<OutgoingRecord> NOTICES =
      new OutputTag<>("notices", RecordTypes.OUTGOING);
  private static final GuardLimits ONE_CHAIN = new GuardLimits(1, 1, 1L << 20);

  private GoldenGuardMain() {}

  /** Arguments: where the file goes, and an empty folder for a model. */
  public static void main(String[] arguments) throws Exception {
    write(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  /** The name of the file with a version's state. */
  static String fileName(int version) {
    return "guard-v" + version + ".snapshot";
  }

  /**
   * Device "a" has released its claim with two passes open, the chain of "b" went over to another
   * instance, and "c" has a chain in the place of one that was retired.
   */
  private static void write(Path folder, Path scratch) throws Exception {
    try (TestModel model = TestModel.write(scratch.resolve("model")).load()) {
      Fingerprint fingerprint = model.bundle().fingerprint();
      FakeControl control = new FakeControl(model.source(), QuotaSettings.UNLIMITED);
      control.enrol("c", "gw", List.of(fingerprint), 0, 0);
      EdgeSettings settings =
          EdgeSettings.of(control, FakeTopics.with(Requests.RESULTS, Topics.REJECTED));
      try (var harness = harness(settings)) {
        harness.open();
        for (AssembledRequest request : requestsOfTwo(fingerprint)) {
          harness.processElement(request, 0);
        }
        harness.processElement(claim("c", CHAIN, fingerprint), 0);
        control.restrict("c", List.of(OTHER_CHAIN));
        harness.processElement(claim("c", OTHER_CHAIN, fingerprint), 0);
        save(harness, folder.resolve(fileName(DeviceGuardSerializer.VERSION)));
      }
    }
  }

  private static List<AssembledRequest> requestsOfTwo(Fingerprint model) {
    return List.of(
        Requests.claim("a", model, INSTANCE, 0, 999),
        Requests.round("a", model, INSTANCE, 0, 2, 5, List.of()),
        Requests.round("a", model, INSTANCE, 300, 0, -1, List.of()),
        Requests.release("a", model, INSTANCE, 400),
        Requests.claim("b", model, INSTANCE, 3, 6),
        Requests.claim("b", model, OTHER_INSTANCE, 7, 1_000_000));
  }

  private static AssembledRequest claim(String device, ChainId chain, Fingerprint model) {
    EdgeCall call = Requests.claimCall(device, chain, model, INSTANCE, 0, 9);
    return new AssembledRequest(Requests.header(call), 0, List.of());
  }

  /** The guard as the job runs it, with a single chain for each device. */
  static KeyedOneInputStreamOperatorTestHarness<String, AssembledRequest, AssembledRequest> harness(
      EdgeSettings settings) throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(new GuardFunction(settings.services(), ONE_CHAIN, NOTICES)),
        request -> request.header().device(),
        Types.STRING);
  }

  private static void save(
      KeyedOneInputStreamOperatorTestHarness<String, AssembledRequest, AssembledRequest> harness,
      Path file)
      throws Exception {
    OperatorSubtaskState state =
        harness
            .snapshotWithLocalState(1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
            .getJobManagerOwnedState();
    write(state, file);
  }

  private static void write(OperatorSubtaskState state, Path file) throws IOException {
    OperatorSnapshotUtil.writeStateHandle(state, file.toString());
  }
}
