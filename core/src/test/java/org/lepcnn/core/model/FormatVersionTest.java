/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.DeviceHalf.LayerReport;

class FormatVersionTest {
  private static final Plan PLAN =
      new Plan(
          List.of(new MaskedTensorSpec(0, 0, 3, ResidueField.P31)),
          List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 3, 2))));

  @TempDir Path folder;

  @Test
  void edgeHalfOfVersion1_isReadAndWrittenBackByteForByte() {
    byte[] weights = {1, -2, 3, 127, -127, 0};
    byte[] golden = edgeFile(1, 1, weights);
    EdgeHalf read = EdgeHalf.parse("golden", golden);
    assertThat(read.weights().get(0).parts()).isEqualTo(1);
    assertThat(read.weights().get(0).part(0)).isEqualTo(weights);
    assertThat(read.toFile()).isEqualTo(golden);
  }

  @Test
  void partedEdgeHalf_isVersion2_highPartFirst() {
    byte[] high = {127, -127, 0, 1, -1, 5};
    byte[] low = {15, -15, 7, 0, -1, 3};
    byte[] golden = edgeFile(2, 2, high, low);
    EdgeHalf half = new EdgeHalf(PLAN, List.of(LayerWeights.of(high, low)));
    assertThat(half.toFile()).isEqualTo(golden);
    LayerWeights read = EdgeHalf.parse("golden", golden).weights().get(0);
    assertThat(read.at(0)).isEqualTo(2047);
    assertThat(read.at(1)).isEqualTo(-2047);
    assertThat(read.part(1)).isEqualTo(low);
  }

  @Test
  void theSmallestByteAsAWeight_isVersion3_andCorruptBefore() {
    byte[] weights = {-128, 127, 0, 1, -1, 5};
    byte[] golden = edgeFile(3, 1, weights);
    EdgeHalf half = new EdgeHalf(PLAN, List.of(LayerWeights.of(weights)));
    assertThat(half.toFile()).isEqualTo(golden);
    assertThat(EdgeHalf.parse("golden", golden).weights().get(0).part(0)).isEqualTo(weights);
    for (int version : new int[] {1, 2}) {
      assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(version, 1, weights)))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("-128");
    }
  }

  @Test
  void aTensorOfTheSmallField_isVersion4_whichTellsTheFieldOfEveryTensor() {
    ConvGeometry product = ConvGeometry.fullyConnected(1, 3, 2);
    Plan mixed =
        new Plan(
            List.of(
                new MaskedTensorSpec(0, 0, 3, ResidueField.P31),
                new MaskedTensorSpec(1, 1, 3, ResidueField.P24)),
            List.of(new LinearLayerSpec(0, 0, product), new LinearLayerSpec(1, 1, product)));
    byte[] weights = {-128, 127, 0, 1, -1, 5};
    byte[] golden = mixedEdgeFile(4, 31, 24, weights);
    LayerWeights packed = LayerWeights.of(weights);
    assertThat(new EdgeHalf(mixed, List.of(packed, packed)).toFile()).isEqualTo(golden);
    EdgeHalf read = EdgeHalf.parse("golden", golden);
    assertThat(read.plan().tensors()).isEqualTo(mixed.tensors());
    assertThat(read.plan().field(mixed.layer(1))).isEqualTo(ResidueField.P24);
    assertThat(read.toFile()).isEqualTo(golden);
    assertThatThrownBy(() -> EdgeHalf.parse("edge", mixedEdgeFile(4, 31, 25, weights)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("25");
    assertThatThrownBy(() -> EdgeHalf.parse("edge", mixedEdgeFile(3, 31, 24, weights)))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void partsThatAVersionDoesNotKnow_areCorrupt() {
    byte[] part = new byte[6];
    assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(1, 2, part, part)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("parts");
    assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(2, 3, part, part, part)))
        .isInstanceOf(CorruptFileException.class);
    assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(3, 3, part, part, part)))
        .isInstanceOf(CorruptFileException.class);
    assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(2, 0)))
        .isInstanceOf(CorruptFileException.class);
    byte[] tooLarge = new byte[6];
    Arrays.fill(tooLarge, (byte) 16);
    assertThatThrownBy(() -> EdgeHalf.parse("edge", edgeFile(2, 2, part, tooLarge)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("15");
  }

  @Test
  void fingerprint_coversEveryPart() {
    RandomLayers random = new RandomLayers(3);
    LayerWeights weights = random.partedWeights(PLAN.layer(0).geometry());
    byte[] low = weights.part(1).clone();
    low[5] = (byte) (low[5] == 0 ? 1 : 0);
    DeviceHalf device = device(line(0, 0));
    ModelBundle one = ModelBundle.of(new EdgeHalf(PLAN, List.of(weights)), device);
    LayerWeights changed = LayerWeights.of(weights.part(0), low);
    ModelBundle other = ModelBundle.of(new EdgeHalf(PLAN, List.of(changed)), device);
    assertThat(one.fingerprint()).isNotEqualTo(other.fingerprint());
  }

  @Test
  void deviceHalfOfVersion1_isReadAndWrittenBackByteForByte() {
    byte[] golden = deviceFileOfVersion1();
    DeviceHalf read = DeviceHalf.parse("golden", golden);
    LayerReport line = read.report().get(0);
    assertThat(line).isEqualTo(line(0, 0));
    assertThat(line.weightBits()).isZero();
    assertThat(line.headroomBits()).isZero();
    assertThat(read.toFile()).isEqualTo(golden);
  }

  @Test
  void deviceHalfWithWeightBits_isVersion2_andReadsBack() {
    DeviceHalf half = device(line(1500, 4500));
    byte[] file = half.toFile();
    assertThat(CheckedFile.open("device", file, DeviceHalf.MAGIC, 2, 2).version()).isEqualTo(2);
    LayerReport line = DeviceHalf.parse("device", file).report().get(0);
    assertThat(line).isEqualTo(line(1500, 4500));
    assertThat(line.weightBits()).isEqualTo(12);
    assertThat(line(127, 300).weightBits()).isEqualTo(8);
    assertThat(line(128, 300).weightBits()).isEqualTo(9);
    assertThat(line.headroomBits()).isBetween(2.8, 2.9);
  }

  @Test
  void deviceHalfOfABatch_isVersion4_andReadsBack() {
    DeviceHalf half = batchOf(2, 2, 4, 6);
    byte[] file = half.toFile();
    assertThat(CheckedFile.open("device", file, DeviceHalf.MAGIC, 4, 4).version()).isEqualTo(4);
    DeviceHalf read = DeviceHalf.parse("device", file);
    assertThat(read.batch()).isEqualTo(2);
    assertThat(read.rowInputs().get(0).shape()).containsExactly(1, 3);
    assertThat(read.rowOutputs().get(0).shape()).containsExactly(2, 6);
    assertThat(read.toFile()).isEqualTo(file);
  }

  @Test
  void aBatchThatValuesOrLayersDoNotDivideInto_isRefused() {
    assertThatThrownBy(() -> batchOf(0, 2, 4, 1)).hasMessageContaining("batch");
    assertThatThrownBy(() -> batchOf(2, 2, 3, 1)).hasMessageContaining("dimension of y");
    assertThatThrownBy(() -> batchOf(2, 2)).hasMessageContaining("dimension of y");
    assertThatThrownBy(() -> batchOf(2, 3, 4, 1)).hasMessageContaining("images of fc");
  }

  @Test
  void preprocessingAndNaming_areVersion5_withEitherOrBoth() {
    Preprocessing pictures =
        new Preprocessing(
            Preprocessing.Resize.SHORTER,
            256,
            Preprocessing.Filter.BICUBIC,
            List.of(1, 2, 255),
            Preprocessing.Colours.BGR,
            true,
            1 / 255.0,
            List.of(0.485, 0.456, -0.406),
            List.of(0.229, 0.224, 1e-3));
    Naming naming = new Naming("y", List.of("cat", "Käuzchen"), true, 2);
    DeviceHalf plain = pictureHalf();
    for (DeviceHalf half :
        List.of(
            plain.with(pictures, naming), plain.with(pictures, null), plain.with(null, naming))) {
      byte[] file = half.toFile();
      assertThat(file[7]).isEqualTo((byte) 5);
      DeviceHalf read = DeviceHalf.parse("half", file);
      assertThat(read.preprocessing()).isEqualTo(half.preprocessing());
      assertThat(read.naming()).isEqualTo(half.naming());
      assertThat(read.toFile()).isEqualTo(file);
    }
    assertThat(plain.with(pictures, naming).toFile()).isEqualTo(deviceFileOfVersion5());
    assertThat(plain.with(null, null).toFile()).isEqualTo(plain.toFile());
    EdgeHalf edge = new EdgeHalf(PLAN, List.of(LayerWeights.of(new byte[6])));
    ModelBundle without = ModelBundle.of(edge, plain);
    ModelBundle with = ModelBundle.of(edge, plain.with(pictures, naming));
    assertThat(with.fingerprint()).isNotEqualTo(without.fingerprint());
    assertThat(with.manifest().edgeHash()).isEqualTo(without.manifest().edgeHash());
    assertThatThrownBy(() -> plain.with(pictures, new Naming("z", List.of(), true, 2)))
        .hasMessageContaining("'z'");
    assertThatThrownBy(() -> device(line(0, 0)).with(pictures, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("[1, 3]");
  }

  /** A half whose input is a picture; what it computes does not matter. */
  private static DeviceHalf pictureHalf() {
    DeviceHalf one = device(line(0, 0));
    return new DeviceHalf(
        "golden",
        List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {1, 1, 1, 3})),
        one.outputs(),
        PLAN,
        one.tensors(),
        one.layers(),
        one.stages(),
        one.report());
  }

  /**
   * A product of some images.
   *
   * @param output its dimensions
   */
  private static DeviceHalf batchOf(int batch, int images, long... output) {
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, 3 * images, ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(images, 3, 2))));
    DeviceHalf one = device(line(0, 0));
    return new DeviceHalf(
        "golden",
        List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {2, 3})),
        List.of(new DeviceHalf.ValueSpec("y", 1, output)),
        plan,
        one.tensors(),
        one.layers(),
        one.stages(),
        one.report(),
        batch);
  }

  @Test
  void bundleWithParts_isWrittenAndRead() {
    LayerWeights weights = new RandomLayers(4).partedWeights(PLAN.layer(0).geometry());
    ModelBundle bundle =
        ModelBundle.of(new EdgeHalf(PLAN, List.of(weights)), device(line(2047, 6000)));
    bundle.write(folder.resolve("bundle"));
    ModelBundle read = ModelBundle.read(folder.resolve("bundle"));
    assertThat(read.fingerprint()).isEqualTo(bundle.fingerprint());
    assertThat(read.edge().weights().get(0).part(0)).isEqualTo(weights.part(0));
    assertThat(read.edge().weights().get(0).part(1)).isEqualTo(weights.part(1));
  }

  private static LayerReport line(int weightLimit, long sum) {
    return new LayerReport("fc", "Gemm", "2x3", 6, 16, 0, "", 12, 8, weightLimit, sum);
  }

  private static DeviceHalf device(LayerReport line) {
    DeviceHalf.Stage empty = new DeviceHalf.Stage(new byte[0], List.of(), List.of());
    return new DeviceHalf(
        "golden",
        List.of(new DeviceHalf.ValueSpec("x", 1, new long[] {1, 3})),
        List.of(new DeviceHalf.ValueSpec("y", 1, new long[] {1, 2})),
        PLAN,
        List.of(new DeviceHalf.TensorBinding("x", 16)),
        List.of(
            new DeviceHalf.LayerBinding(
                "fc", "Gemm", "y", new long[] {1, 2}, new float[] {1, 2}, new float[] {3, 4})),
        List.of(empty, empty),
        List.of(line));
  }

  /** The bytes as version 1 wrote them, field by field. */
  private static byte[] deviceFileOfVersion1() {
    BodyWriter body = new BodyWriter();
    body.string("golden");
    body.int32(1).string("x").int32(1).longs(new long[] {1, 3});
    body.int32(1).string("y").int32(1).longs(new long[] {1, 2});
    PLAN.write(body, false);
    body.string("x").int32(16);
    body.string("fc").string("Gemm").string("y").longs(new long[] {1, 2});
    body.floats(new float[] {1, 2}).floats(new float[] {3, 4});
    for (int stage = 0; stage < 2; stage++) {
      body.bytes(new byte[0]).int32(0).int32(0);
    }
    body.int32(1).string("fc").string("Gemm").string("2x3").int64(6).int32(16);
    body.int32(0).string("").int64(12).int64(8);
    return CheckedFile.frame(DeviceHalf.MAGIC, 1, body.toByteArray());
  }

  /** The bytes as version 5 writes them, field by field. */
  private static byte[] deviceFileOfVersion5() {
    BodyWriter body = new BodyWriter();
    body.string("golden");
    body.int32(1).string("x").int32(1).longs(new long[] {1, 1, 1, 3});
    body.int32(1).string("y").int32(1).longs(new long[] {1, 2});
    PLAN.write(body, true);
    body.string("x").int32(16).int32(1);
    body.string("fc").string("Gemm").string("y").longs(new long[] {1, 2});
    body.floats(new float[] {1, 2}).floats(new float[] {3, 4}).int32(0);
    for (int stage = 0; stage < 2; stage++) {
      body.bytes(new byte[0]).int32(0).int32(0);
    }
    body.int32(1).string("fc").string("Gemm").string("2x3").int64(6).int32(16);
    body.int32(0).string("").int64(12).int64(8).int32(0).int64(0).int32(31).int32(1);
    body.int32(1);
    body.int32(1).string("shorter").int32(256).string("bicubic").int32(1).int32(2).int32(255);
    body.string("bgr").int32(1).int64(Double.doubleToLongBits(1 / 255.0)).int32(3);
    for (double value : new double[] {0.485, 0.456, -0.406, 0.229, 0.224, 1e-3}) {
      body.int64(Double.doubleToLongBits(value));
    }
    body.int32(1).string("y").int32(2).string("cat").string("Käuzchen").int32(1).int32(2);
    return CheckedFile.frame(DeviceHalf.MAGIC, 5, body.toByteArray());
  }

  /** Two tensors, each in a field of its own, field by field. */
  private static byte[] mixedEdgeFile(int version, int first, int second, byte[] weights) {
    BodyWriter body = new BodyWriter();
    body.int32(2).int32(0).int32(0).int32(3).int32(first);
    body.int32(1).int32(1).int32(3).int32(second);
    body.int32(2);
    for (int layer = 0; layer < 2; layer++) {
      body.int32(layer).int32(layer);
      for (int value : new int[] {1, 3, 1, 1, 2, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1}) {
        body.int32(value);
      }
    }
    body.int32(1).bytes(weights).int32(1).bytes(weights);
    return CheckedFile.frame(EdgeHalf.MAGIC, version, body.toByteArray());
  }

  private static byte[] edgeFile(int version, int parts, byte[]... contents) {
    BodyWriter body = new BodyWriter();
    PLAN.write(body, false);
    body.int32(parts);
    for (byte[] part : contents) {
      body.bytes(part);
    }
    return CheckedFile.frame(EdgeHalf.MAGIC, version, body.toByteArray());
  }
}
