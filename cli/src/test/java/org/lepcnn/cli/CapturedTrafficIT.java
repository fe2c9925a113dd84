/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.gateway.Meter;
import org.lepcnn.gateway.ProvisionedDevice;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.codec.EdgeRequest;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.codec.TensorChunkView;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.Precision;

/**
 * What an eavesdropper on the broker reads is uniform over the field, whichever it is, for an
 * all-black picture as for an all-white one.
 *
 * <p>χ² with 255 degrees of freedom has mean 255 and standard deviation 22.6. The bounds below are
 * the quantiles at 10⁻⁷ on either side (153 and 387, rounded outwards): with eight statistics the
 * test fails by chance once in half a million runs. Unmasked pictures give values of many
 * thousands.
 */
class CapturedTrafficIT {
  private static final int PASSES = 40;
  private static final int BINS = 256;
  private static final double LEAST = 150;
  private static final double MOST = 391;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(ResidueField.class)
  void requestRecords_areUniformForBlackAndForWhitePictures(ResidueField field) {
    ModelBundle bundle = bundle(field);
    ProvisionedDevice device = ProvisionedDevice.create(folder, bundle, "meter-1", 2 * PASSES);
    try (EdgeFixture edge = new EdgeFixture(folder, bundle)) {
      int[] black = capture(edge, device, 0f, 0);
      int[] white = capture(edge, device, 1f, PASSES);
      assertThat(black).hasSameSizeAs(white).hasSizeGreaterThan(200_000);
      for (int[] residues : List.of(black, white)) {
        assertThat(field.allCanonical(residues, 0, residues.length)).isTrue();
        assertThat(chiSquare(residues, 0)).as("low eight bits").isBetween(LEAST, MOST);
        assertThat(chiSquare(residues, field.bits() - 8))
            .as("high eight bits")
            .isBetween(LEAST, MOST);
      }
    }
  }

  /** The example with all tensors in one field. */
  private static ModelBundle bundle(ResidueField field) {
    ModelBundle bundle =
        ModelImporter.prepare(Meter.onnx(), ImportOptions.defaults())
            .bundle(Precision.EIGHT_BITS.inField(field));
    assertThat(bundle.plan().tensors()).allMatch(tensor -> tensor.field() == field);
    return bundle;
  }

  @Test
  void statistic_seesTheDifferenceWithoutAMask() {
    int[] unmasked = new int[200_000];
    Arrays.fill(unmasked, 0, 100_000, 32_767);
    assertThat(chiSquare(unmasked, 0)).isGreaterThan(MOST);
    assertThat(chiSquare(unmasked, 23)).isGreaterThan(MOST);
  }

  private static int[] capture(
      EdgeFixture edge, ProvisionedDevice device, float shade, long firstPass) {
    float[] picture = new float[32 * 32];
    Arrays.fill(picture, shade);
    String name = device.bundle().device().inputs().get(0).name();
    Inputs.Input input =
        new Inputs.Input("shade", null, Map.of(name, HostTensor.of(picture, 1, 1, 32, 32)));
    List<Inputs.Input> inputs = new ArrayList<>();
    for (int i = 0; i < PASSES; i++) {
      inputs.add(input);
    }
    try (KafkaEdgeTransport transport = edge.transport();
        PrivateRun run =
            PrivateRun.open(
                DeviceState.open(device.state()),
                device.tables(),
                transport,
                4,
                Duration.ZERO,
                PASSES,
                false)) {
      assertThat(run.run(inputs)).allMatch(answer -> answer.failure() == null);
    }
    return residuesOf(edge, device.bundle().plan(), firstPass);
  }

  private static int[] residuesOf(EdgeFixture edge, Plan plan, long firstPass) {
    RequestCodec codec = RequestCodec.current();
    Set<String> seen = new HashSet<>();
    List<int[]> parts = new ArrayList<>();
    int size = 0;
    try (TopicReader reader =
        new TopicReader(edge.bootstrapServers(), Topics.requests(EdgeFixture.GATEWAY))) {
      for (ConsumerRecord<byte[], byte[]> record : reader.readToEnd()) {
        EdgeRequest request = codec.decode(record.value());
        if (request instanceof TensorChunkView chunk
            && chunk.call().pass().pass() >= firstPass
            && seen.add(chunk.call().pass().pass() + "/" + chunk.tensor() + "/" + chunk.chunk())) {
          ResidueField field = plan.tensor(chunk.tensor()).field();
          int[] residues = new int[chunk.payload().residueCount(field)];
          chunk.payload().copyResidues(field, residues, 0);
          parts.add(residues);
          size += residues.length;
        }
      }
    }
    int[] all = new int[size];
    int at = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static double chiSquare(int[] residues, int shift) {
    long[] counts = new long[BINS];
    for (int residue : residues) {
      counts[residue >>> shift & 0xff]++;
    }
    double expected = residues.length / (double) BINS;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }
}
