/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.NpyBytes;
import org.lepcnn.gateway.picture.ClassNames;
import org.lepcnn.gateway.picture.PictureFile;
import org.lepcnn.json.Json;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.graph.ValueType;

/** Models whose picture is no float32 of one picture, channels first, are fed all the same. */
@Tag("slow")
class PictureModelsTest {
  private static final int SIDE = 4;
  private static final int CHANNELS = 3;
  private static final int ELEMENTS = SIDE * SIDE * CHANNELS;
  private static final int OUTPUTS = 200;

  @TempDir private Path folder;

  @Test
  void aModelOfBytesWithItsChannelsLast_takesAPicture() throws Exception {
    long[] shape = {1, SIDE, SIDE, CHANNELS};
    byte[] samples = new byte[ELEMENTS];
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int rgb = (i * 9) << 16 | (250 - i) << 8 | (i * i % 256);
      picture.setRGB(i % SIDE, i / SIDE, rgb);
      for (int channel = 0; channel < CHANNELS; channel++) {
        samples[i * CHANNELS + channel] = (byte) (rgb >> (16 - 8 * channel));
      }
    }
    Path file = folder.resolve("a.png");
    assertThat(ImageIO.write(picture, "png", file.toFile())).isTrue();
    ModelBundle bundle = model(HostTensor.UINT8, shape);
    assertAnswer(bundle, file, HostTensor.ofBytes(HostTensor.UINT8, samples, shape), "uint8");
  }

  @Test
  void aModelOfDoubles_takesAPicture_fromZeroToOne() throws Exception {
    long[] shape = {1, SIDE, SIDE, CHANNELS};
    double[] values = new double[ELEMENTS];
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      picture.setRGB(i % SIDE, i / SIDE, 0x010203 * i);
      for (int channel = 0; channel < CHANNELS; channel++) {
        values[i * CHANNELS + channel] = (channel + 1) * i / 255.0;
      }
    }
    Path file = folder.resolve("d.png");
    assertThat(ImageIO.write(picture, "png", file.toFile())).isTrue();
    ModelBundle bundle = model(HostTensor.DOUBLE, shape);
    assertAnswer(bundle, file, HostTensor.of(values, shape), "double");
  }

  @Test
  void aModelOfEightAtOnce_takesAnArrayOfEight_andRefusesOnePictureWithAdvice() throws Exception {
    long[] shape = {8, SIDE, SIDE, CHANNELS};
    float[] values = new float[8 * ELEMENTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 17) / 16f;
    }
    Path file = folder.resolve("batch.npy");
    Files.write(file, NpyBytes.floats("8, 4, 4, 3", values));
    ModelBundle bundle = model(HostTensor.FLOAT, shape);
    assertAnswer(bundle, file, HostTensor.of(values, shape), "batch");
    Path picture = folder.resolve("one.png");
    ImageIO.write(
        new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
    assertThat(answers(bundle, picture, "one").get(0).at("message").asText())
        .contains("takes 8 at once")
        .contains(".npy array");
  }

  /** Through grant, state and tables, as a device has them. */
  @Test
  void aBundleThatSaysHow_preparesPictures_andNamesClasses() throws Exception {
    long[] shape = {1, CHANNELS, SIDE, SIDE};
    ModelBundle plain = model(HostTensor.FLOAT, shape);
    List<String> names = IntStream.range(0, OUTPUTS).mapToObj(i -> "class " + i).toList();
    Path settings =
        Files.writeString(
            folder.resolve("how.yaml"),
            "{colours: bgr, scale: 1, mean: [1, 2, 3], std: [2, 4, 8]}");
    DeviceHalf half = plain.device();
    ModelBundle bundle =
        ModelBundle.of(
            plain.edge(),
            half.with(
                PictureFile.read(settings.toString()).pictures().of(half.rowInputs().get(0)),
                ClassNames.of(half.rowOutputs(), names, null, 3, List.of())));
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    float[] values = new float[ELEMENTS];
    for (int i = 0; i < SIDE * SIDE; i++) {
      picture.setRGB(i % SIDE, i / SIDE, 0x010203 * i);
      values[i] = (3 * i - 1) / 2f;
      values[i + SIDE * SIDE] = (2 * i - 2) / 4f;
      values[i + 2 * SIDE * SIDE] = (i - 3) / 8f;
    }
    Path file = folder.resolve("named.png");
    assertThat(ImageIO.write(picture, "png", file.toFile())).isTrue();
    assertAnswer(bundle, file, HostTensor.of(values, shape), "prepared");
    List<Json> best = answers(bundle, file, "named").get(0).at("best").items();
    assertThat(best).hasSize(3);
    long label = best.get(0).at("label").asLong();
    assertThat(best.get(0).at("name").asText()).isEqualTo("class " + label);
    double[] probabilities =
        best.stream().mapToDouble(each -> each.at("score").asDouble()).toArray();
    assertThat(probabilities[0]).isBetween(probabilities[1], 1.0);
    assertThat(answers(plain, file, "plain").get(0).has("best")).isFalse();
  }

  private void assertAnswer(ModelBundle bundle, Path file, HostTensor input, String name)
      throws Exception {
    List<Json> answers = answers(bundle, file, name);
    assertThat(answers).hasSize(1);
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork network = new PlainIntegerNetwork(model, bundle.edge());
      float[] expected = network.run(Map.of("x", input)).get("y").floats();
      List<Json> found = answers.get(0).at("outputs").at("y").at("values").items();
      assertThat(found).hasSize(expected.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat((float) found.get(i).asDouble()).isEqualTo(expected[i]);
      }
    }
  }

  private List<Json> answers(ModelBundle bundle, Path file, String name) throws Exception {
    ProvisionedDevice device =
        ProvisionedDevice.create(folder.resolve(name), bundle, "meter-" + name, 2);
    Path config = folder.resolve(name + ".properties");
    Files.write(
        config,
        List.of(
            "gateway = home",
            "bootstrap.servers = localhost:9",
            "session.hall.state = " + device.state(),
            "session.hall.tables = " + device.tables()));
    List<Json> answers = new CopyOnWriteArrayList<>();
    try (Gateway gateway =
        Gateway.open(
            GatewayConfig.read(config), new InProcessEdge(bundle.edge(), new ScalarKernels()))) {
      String line = "{\"device\":\"hall\",\"input\":\"" + file + "\"}\n";
      new LineInputs(gateway, answer -> answers.add(Json.parse(answer.json())))
          .run(new BufferedReader(new StringReader(line)));
    }
    return answers;
  }

  /** Cast to float32, flattened, and a product that is worth a round. */
  private ModelBundle model(int type, long[] shape) throws IOException {
    TensorProto.Builder weights =
        TensorProto.newBuilder().setName("w").setDataType(1).addDims(ELEMENTS).addDims(OUTPUTS);
    for (int i = 0; i < ELEMENTS * OUTPUTS; i++) {
      weights.addFloatData((i % 31 - 15) / 16f);
    }
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("picture")
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Cast")
                    .addInput("x")
                    .addOutput("f")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(1)))
            .addNode(NodeProto.newBuilder().setOpType("Flatten").addInput("f").addOutput("v"))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("MatMul")
                    .addInput("v")
                    .addInput("w")
                    .addOutput("y"))
            .addInitializer(weights)
            .addInput(new ValueType(type, shape).declare("x", true))
            .addOutput(ValueType.declareFloats("y", shape[0], OUTPUTS))
            .build();
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    Path onnx = Files.write(folder.resolve("model-" + type + ".onnx"), model.toByteArray());
    return ModelImporter.importModel(onnx, ImportOptions.defaults());
  }
}
