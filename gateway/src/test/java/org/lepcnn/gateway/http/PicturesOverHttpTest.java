/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Naming;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.picture.ClassNames;
import org.lepcnn.gateway.picture.PictureFile;
import org.lepcnn.gateway.picture.PictureSettings.Preset;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.FakeModel;
import org.lepcnn.json.Json;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;

/** Files of pictures as tensors of BYTES, over real sockets. */
class PicturesOverHttpTest {
  private static final String ROOT =
      System.getProperty(
          "lepcnn.testdata",
          Path.of(System.getProperty("lepcnn.home", ".."))
              .resolve("../shared/testdata")
              .toString());

  private static final String BEST =
      "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":2}}]";

  private final FakeModel model = colours("hall");
  private final FakeModel tensors = FakeModel.doubling("attic");
  private final DoorFixture door = new DoorFixture(DoorFixture.settings(), model, tensors);

  @AfterEach
  void close() {
    door.close();
  }

  /** The scores are the mean of each channel: of red, green and blue. */
  private static FakeModel colours(String name) {
    ValueSpec input = new ValueSpec("x", HostTensor.FLOAT, new long[] {1, 3, 2, 2});
    FakeModel model =
        new FakeModel(
            name, List.of(input), List.of(new ValueSpec("y", HostTensor.FLOAT, new long[] {1, 3})));
    model.preprocessing = Preset.RAW255.settings().of(input);
    model.naming = new Naming("y", List.of("red", "green", "blue: sky"), false, 3);
    model.pass =
        inputs -> {
          float[] pixels = inputs.get("x").floats();
          float[] scores = new float[3];
          for (int i = 0; i < pixels.length; i++) {
            scores[i / 4] += pixels[i] / 4;
          }
          return CompletableFuture.completedFuture(Map.of("y", HostTensor.of(scores, 1, 3)));
        };
    return model;
  }

  private static byte[] picture(String format) throws IOException {
    BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      picture.setRGB(i % 16, i / 16, 0x2060ff);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, format, out);
    return out.toByteArray();
  }

  private static byte[] binary(byte[] file, String outputs) {
    byte[] json =
        ("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\","
                + "\"parameters\":{\"binary_data_size\":"
                + (file.length + 4)
                + "}}],"
                + outputs
                + "}")
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(json.length + 4 + file.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(json)
        .putInt(file.length)
        .put(file)
        .array();
  }

  private HttpResponse<byte[]> post(byte[] body, int fileBytes) throws Exception {
    return door.infer("hall", body, DoorAnswer.JSON_LENGTH, "" + (body.length - fileBytes - 4));
  }

  private static List<String> classes(HttpResponse<byte[]> response) {
    Json output = DoorFixture.json(response).at("outputs").items().get(0);
    assertThat(output.at("datatype").asText()).isEqualTo("BYTES");
    return output.at("data").items().stream().map(Json::asText).toList();
  }

  @ParameterizedTest
  @CsvSource({"jpeg", "png"})
  void aPictureInBinary_comesBackAsItsClasses(String format) throws Exception {
    byte[] file = picture(format);
    HttpResponse<byte[]> response = post(binary(file, BEST), file.length);
    assertThat(response.statusCode()).as(DoorFixture.text(response)).isEqualTo(200);
    List<String> classes = classes(response);
    assertThat(classes).hasSize(2);
    assertThat(classes.get(0))
        .startsWith(format.equals("png") ? "1.000000" : "")
        .endsWith(":2:blue: sky");
    assertThat(classes.get(1)).endsWith(":1:green");
  }

  @Test
  void aPictureInBase64_isTheSame_whereverItsMembersStand() throws Exception {
    String text = Base64.getEncoder().encodeToString(picture("png"));
    for (String input :
        List.of(
            "\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{\"content_type\":\"base64\"},\"data\":[\"B\"]",
            "\"data\":[[\"B\"]],\"shape\":[1,1],\"datatype\":\"BYTES\",\"name\":\"x\",\"parameters\":{\"content_type\":\"base64\"}")) {
      String body = "{\"inputs\":[{" + input.replace("B\"", text + "\"") + "}]," + BEST + "}";
      HttpResponse<byte[]> response = door.infer("hall", body);
      assertThat(response.statusCode()).as(DoorFixture.text(response)).isEqualTo(200);
      assertThat(classes(response).get(0)).isEqualTo("1.000000:2:blue: sky");
    }
    assertThat(model.passes.get()).isEqualTo(2);
  }

  @Test
  void tensorsGoOn_besidePictures() throws Exception {
    HttpResponse<byte[]> response =
        door.infer(
            "hall",
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3,2,2],\"datatype\":\"FP32\","
                + "\"data\":[1,1,1,1,0,0,0,0,0,0,0,0]}]}");
    assertThat(DoorFixture.text(response)).contains("\"data\":[1.0,0.0,0.0]");
  }

  @Test
  void whatIsNoPicture_isRefused_andTakesNoPass() throws Exception {
    byte[] file = picture("jpeg");
    refused(
        post(binary(Arrays.copyOf(file, file.length / 2), BEST), file.length / 2), "whole picture");
    refused(post(binary("text".getBytes(StandardCharsets.UTF_8), BEST), 4), "PNG, JPEG");
    byte[] long4 = binary(file, BEST);
    long4[long4.length - file.length - 4]++;
    refused(post(long4, file.length), "four bytes");
    String base64 = ",\"parameters\":{\"content_type\":\"base64\"}";
    refused(input("[1]", "[\"aGFsbG8=\"]", ""), "content_type");
    refused(input("[1]", "[\"*secret*\"]", base64), "base64").doesNotContain("secret");
    refused(input("[1]", "[\"aGFsbG8=\"]", base64), "PNG, JPEG");
    refused(input("[2]", "[\"aGFs\",\"aGFs\"]", base64), "dimensions [1]");
    refused(input("[1]", "[\"aGFs\",\"aGFs\"]", base64), "one element");
    refused(input("[1]", "[7]", base64), "base64");
    refused(
        door.infer(
            "attic",
            "{\"inputs\":[{\"name\":\"picture\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"aGFs\"]"
                + base64
                + "}]}"),
        "FP32 with dimensions [1, 2, 3]");
    assertThat(model.passes.get()).isZero();
    assertThat(tensors.passes.get()).isZero();
  }

  private HttpResponse<byte[]> input(String shape, String data, String parameters)
      throws Exception {
    return door.infer(
        "hall",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":"
            + shape
            + ",\"datatype\":\"BYTES\",\"data\":"
            + data
            + parameters
            + "}]}");
  }

  private static AbstractStringAssert<?> refused(HttpResponse<byte[]> response, String why) {
    assertThat(response.statusCode()).as(DoorFixture.text(response)).isEqualTo(400);
    return assertThat(DoorFixture.error(response)).contains(why);
  }

  @Test
  void classes_areToldOfScoresThatHaveNames() throws Exception {
    refused(
        door.infer(
            "attic",
            "{\"outputs\":[{\"name\":\"sum\",\"parameters\":{\"classification\":1}}],\"inputs\":[]}"),
        "names classes");
    byte[] file = picture("png");
    refused(post(binary(file, BEST.replace(":2", ":1001")), file.length), "1000");
    String all = BEST.replace(":2", ":0");
    assertThat(DoorFixture.text(post(binary(file, all), file.length))).contains("\"FP32\"");
    String inBinary = BEST.replace(":2", ":1,\"binary_data\":true");
    HttpResponse<byte[]> response = post(binary(file, inBinary), file.length);
    String body = DoorFixture.text(response);
    assertThat(body)
        .contains("\"datatype\":\"BYTES\",\"shape\":[1,1]")
        .endsWith("1.000000:2:blue: sky");
  }

  /** The network itself, without an edge: a photo's class by HTTP. */
  @Test
  @Tag("slow")
  void aPhoto_comesBackWithItsClassOfImageNet() throws Exception {
    Path onnx = Path.of(ROOT).resolve("imagenet/squeezenet1.1-fp32/model.onnx");
    Path data = Path.of(ROOT).resolve("data");
    Assumptions.assumeTrue(
        Files.exists(onnx) && Files.exists(data),
        () -> "skipped: the test data " + onnx + " are not here");
    ModelBundle bundle = ModelImporter.importModel(onnx, ImportOptions.defaults());
    Path how = Files.createTempFile("caffe", ".yaml");
    Files.writeString(
        how, "{preset: imagenet, colours: bgr, scale: 1, mean: [104, 117, 123], std: 1}");
    List<String> names =
        Files.readAllLines(data.resolve("imagenet/Labels.txt")).stream()
            .map(line -> line.substring(line.indexOf(',') + 1))
            .toList();
    DeviceHalf half = bundle.device();
    FakeModel photos = new FakeModel("photos", half.inputs(), half.outputs());
    photos.preprocessing = PictureFile.read(how.toString()).pictures().of(half.rowInputs().get(0));
    Files.delete(how);
    photos.naming = ClassNames.of(half.rowOutputs(), names, null, null, List.of());
    byte[] file =
        Files.readAllBytes(data.resolve("photos/original/n02099601_golden_retriever.JPEG"));
    try (DeviceModel device = DeviceModel.load(half);
        DoorFixture own = new DoorFixture(DoorFixture.settings(), photos)) {
      PlainIntegerNetwork network = new PlainIntegerNetwork(device, bundle.edge());
      photos.pass = inputs -> CompletableFuture.completedFuture(network.run(inputs));
      String output = photos.naming.output();
      byte[] body =
          binary(
              file,
              "\"outputs\":[{\"name\":\"" + output + "\",\"parameters\":{\"classification\":1}}]");
      String input = half.inputs().get(0).name();
      byte[] named =
          new String(body, StandardCharsets.ISO_8859_1)
              .replaceFirst("\"name\":\"x\"", "\"name\":\"" + input + "\"")
              .getBytes(StandardCharsets.ISO_8859_1);
      HttpResponse<byte[]> response =
          own.infer("photos", named, DoorAnswer.JSON_LENGTH, "" + (named.length - file.length - 4));
      assertThat(response.statusCode()).as(DoorFixture.text(response)).isEqualTo(200);
      assertThat(classes(response).get(0)).endsWith(":207:golden retriever");
    }
  }
}
