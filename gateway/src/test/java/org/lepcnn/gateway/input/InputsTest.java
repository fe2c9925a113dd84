/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/** Arrays and tensors from files: the right values, or the reason why not. */
class InputsTest {
  private static final ValueSpec IMAGE =
      new ValueSpec("image", HostTensor.FLOAT, new long[] {1, 3, 2, 2});

  @TempDir private Path folder;

  private List<Inputs.Input> read(byte[] file, ValueSpec spec) throws IOException {
    return Inputs.read(Files.write(folder.resolve("input.npy"), file), List.of(spec));
  }

  private static float[] count(int values) {
    float[] counted = new float[values];
    for (int i = 0; i < values; i++) {
      counted[i] = i;
    }
    return counted;
  }

  @ParameterizedTest
  @ValueSource(strings = {"3, 2, 2", "1, 3, 2, 2", "1L, 3L, 2L, 2L", "1, 1, 3, 2, 2"})
  void anArrayOfTheModelsShape_isOneInput(String shape) throws IOException {
    List<Inputs.Input> inputs = read(NpyBytes.floats(shape, count(12)), IMAGE);
    assertThat(inputs).hasSize(1);
    HostTensor tensor = inputs.get(0).values().get("image");
    assertThat(tensor.shape()).containsExactly(1, 3, 2, 2);
    assertThat(tensor.floats()).containsExactly(count(12));
  }

  @Test
  void oneDimensionMore_countsInputs() throws IOException {
    List<Inputs.Input> inputs = read(NpyBytes.floats("2, 3, 2, 2", count(24)), IMAGE);
    assertThat(inputs)
        .extracting(Inputs.Input::name)
        .containsExactly("input.npy[0]", "input.npy[1]");
    assertThat(inputs.get(1).values().get("image").floats()).startsWith(12, 13);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2, 2, 3", "1, 2, 2, 3", "12,", "1, 12", "2, 3, 2", "3, 4", "4, 3", "2, 2, 3, 1"})
  void anotherLayoutOfAsManyElements_isRefused(String shape) {
    assertThatThrownBy(() -> read(NpyBytes.floats(shape, count(12)), IMAGE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("[1, 3, 2, 2]")
        .hasMessageContaining("found [");
  }

  @Test
  void channelsLast_areToldFromOtherLayouts() {
    assertThatThrownBy(() -> read(NpyBytes.floats("5, 2, 2, 3", count(60)), IMAGE))
        .hasMessageContaining("channels last");
  }

  @Test
  void noRows_areRefused() {
    assertThatThrownBy(() -> read(NpyBytes.floats("0, 3, 2, 2"), IMAGE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("without rows");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4294967296, 4294967296, 2",
        "9223372036854775807, 2",
        "99999999999999999999, 1",
        "-1, 3",
        "2147483647, 2147483647",
        "3, , 4",
        "1, 2L3",
        "0, 9223372036854775807, 9223372036854775807, 3"
      })
  void dimensionsThatOverflow_areRefused(String shape) {
    assertThatThrownBy(() -> read(NpyBytes.floats(shape, count(12)), IMAGE))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void headersOfOtherKinds_areRefused() throws IOException {
    for (String header :
        List.of(
            "",
            "{}",
            "{'descr': '>f4', 'fortran_order': False, 'shape': (12,)}",
            "{'descr': '<c8', 'fortran_order': False, 'shape': (12,)}",
            "{'descr': '<', 'fortran_order': False, 'shape': (12,)}",
            "{'descr': '<f4', 'fortran_order': True, 'shape': (12,)}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (12,)}")) {
      assertThatThrownBy(() -> read(NpyBytes.raw(header, new byte[48]), IMAGE))
          .as(header)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("expected a NumPy file");
    }
  }

  @Test
  void wholeNumbersFeedEveryType_andFractionsOnlyFractions() throws IOException {
    byte[] bytes = NpyBytes.of("|u1", "2, 2", new byte[] {0, 1, (byte) 255, 7});
    ValueSpec uint8 = new ValueSpec("a", HostTensor.UINT8, new long[] {2, 2});
    assertThat((byte[]) read(bytes, uint8).get(0).values().get("a").array())
        .containsExactly(0, 1, 255, 7);
    ValueSpec float32 = new ValueSpec("a", HostTensor.FLOAT, new long[] {2, 2});
    assertThat(read(bytes, float32).get(0).values().get("a").floats())
        .containsExactly(0, 1, 255, 7);
    ValueSpec int64 = new ValueSpec("a", HostTensor.INT64, new long[] {2, 2});
    assertThat((long[]) read(bytes, int64).get(0).values().get("a").array())
        .containsExactly(0, 1, 255, 7);
    ValueSpec int8 = new ValueSpec("a", HostTensor.INT8, new long[] {2, 2});
    assertThatThrownBy(() -> read(bytes, int8))
        .hasMessageContaining("from -128 to 127")
        .hasMessageNotContaining("255");
    assertThatThrownBy(() -> read(NpyBytes.floats("2, 2", 1, 2, 3, 4), uint8))
        .hasMessageContaining("uint8");
  }

  @Test
  void halfPrecision_isWidened() throws IOException {
    ValueSpec spec = new ValueSpec("a", HostTensor.FLOAT, new long[] {2});
    byte[] halves = NpyBytes.of("<f2", "2,", new byte[] {0, 0x3c, 0, (byte) 0xc0});
    assertThat(read(halves, spec).get(0).values().get("a").floats()).containsExactly(1f, -2f);
  }

  @Test
  void aBatchOfTheModels_isOneInput() throws IOException {
    ValueSpec batch = new ValueSpec("a", HostTensor.FLOAT, new long[] {8, 3});
    assertThat(read(NpyBytes.floats("8, 3", count(24)), batch)).hasSize(1);
    assertThat(read(NpyBytes.floats("2, 8, 3", count(48)), batch)).hasSize(2);
    assertThatThrownBy(() -> read(NpyBytes.floats("4, 3", count(12)), batch))
        .hasMessageContaining("[8, 3]");
  }

  private HostTensor tensor(TensorProto proto) throws IOException {
    return TensorFile.read(Files.write(folder.resolve("input.pb"), proto.toByteArray()));
  }

  @Test
  void tensorsThatPromiseMoreThanTheyHold_areRefusedBeforeAnythingIsAllocated() {
    TensorProto promise =
        TensorProto.newBuilder().setDataType(HostTensor.FLOAT).addDims(Integer.MAX_VALUE).build();
    assertThat(promise.toByteArray()).hasSizeLessThanOrEqualTo(8);
    assertThatThrownBy(() -> tensor(promise))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 0");
    for (long[] dims : new long[][] {{-1}, {-2, -6}, {1L << 62, 4}, {3, 1L << 32}, {5}, {11}}) {
      TensorProto.Builder builder = TensorProto.newBuilder().setDataType(HostTensor.INT32);
      for (long dim : dims) {
        builder.addDims(dim);
      }
      for (int i = 0; i < 12; i++) {
        builder.addInt32Data(i);
      }
      assertThatThrownBy(() -> tensor(builder.build())).isInstanceOf(BadInputException.class);
    }
    assertThatThrownBy(
            () ->
                tensor(
                    TensorProto.newBuilder()
                        .setDataType(HostTensor.INT64)
                        .addDims(1)
                        .setRawData(ByteString.copyFrom(new byte[9]))
                        .build()))
        .hasMessageContaining("a part of one");
  }

  @Test
  void aReferenceToAnotherFile_isRefused() {
    TensorProto external =
        TensorProto.newBuilder()
            .setDataType(HostTensor.FLOAT)
            .addDims(1)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue("x"))
            .build();
    assertThatThrownBy(() -> tensor(external)).hasMessageContaining("a reference to another");
  }

  @Test
  void aTensorOfAnotherLayout_isRefusedAsAnArrayIs() throws IOException {
    TensorProto.Builder flat = TensorProto.newBuilder().setDataType(HostTensor.FLOAT).addDims(12);
    for (int i = 0; i < 12; i++) {
      flat.addFloatData(i);
    }
    Path file = Files.write(folder.resolve("flat.pb"), flat.build().toByteArray());
    assertThatThrownBy(() -> Inputs.read(file, List.of(IMAGE)))
        .hasMessageContaining("[1, 3, 2, 2]");
  }
}
