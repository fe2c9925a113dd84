/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ForwardingEdgeTransport;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.json.Json;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;

/** A gateway whose passes take several inputs. */
@Tag("slow")
class BatchGatewayTest {
  private static final int BATCH = 4;
  private static final int PASSES = 8;

  /** Milliseconds that no full pass waits for. */
  private static final int LONG = 60_000;

  @TempDir private static Path folder;
  private static ModelBundle batched;
  private static ModelBundle single;

  private final Queue<Long> passes = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void importModel() {
    single = Meter.importBundle();
    batched = ModelImporter.importModel(Meter.onnx(), ImportOptions.defaults().withBatch(BATCH));
  }

  private Gateway open(String device, int waitMillis) throws IOException {
    ProvisionedDevice provisioned =
        ProvisionedDevice.create(folder.resolve(device), batched, device, PASSES);
    Path file =
        Files.writeString(
            folder.resolve(device + ".properties"),
            String.join(
                "\n",
                "gateway = home",
                "bootstrap.servers = localhost:9",
                "reservation = 2",
                "batch.wait.millis = " + waitMillis,
                "session.hall.state = " + provisioned.state(),
                "session.hall.tables = " + provisioned.tables()));
    return Gateway.open(
        GatewayConfig.read(file),
        new ForwardingEdgeTransport(new InProcessEdge(batched.edge(), new ScalarKernels())) {
          @Override
          public CompletableFuture<RoundResult> exchange(RoundRequest request) {
            if (request.round() == 0) {
              passes.add(request.pass().pass());
            }
            return super.exchange(request);
          }
        });
  }

  private static List<Json> run(Gateway gateway, List<String> inputs) throws Exception {
    List<Json> answers = new CopyOnWriteArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String input : inputs) {
      lines.add(
          "{\"device\":\"hall\",\"input\":\"" + input + "\",\"id\":\"" + lines.size() + "\"}");
    }
    new LineInputs(gateway, answer -> answers.add(Json.parse(answer.json())))
        .run(new BufferedReader(new StringReader(String.join("\n", lines))));
    return answers;
  }

  private static Json answer(List<Json> answers, int id) {
    return answers.stream()
        .filter(answer -> answer.at("id").asText().equals(Integer.toString(id)))
        .findFirst()
        .orElseThrow();
  }

  private static void assertIsWhatAlone(Json answer, Path picture) {
    try (DeviceModel model = DeviceModel.load(single.device())) {
      Map<String, HostTensor> values =
          Inputs.read(picture, single.device().inputs()).get(0).values();
      Map<String, HostTensor> alone = new PlainIntegerNetwork(model, single.edge()).run(values);
      alone.forEach(
          (name, tensor) -> {
            List<Json> found = answer.at("outputs").at(name).at("values").items();
            assertThat(found).hasSize(tensor.floats().length);
            for (int i = 0; i < found.size(); i++) {
              assertThat((float) found.get(i).asDouble()).isEqualTo(tensor.floats()[i]);
            }
          });
    }
  }

  @Test
  void inputsThatAreThereTogether_goTogether() throws Exception {
    List<Path> pictures = Meter.pictures().subList(0, 2 * BATCH);
    try (Gateway gateway = open("together", LONG)) {
      List<Json> answers = run(gateway, pictures.stream().map(Path::toString).toList());
      for (int i = 0; i < 2 * BATCH; i++) {
        assertIsWhatAlone(answer(answers, i), pictures.get(i));
      }
    }
    assertThat(passes).hasSize(2);
  }

  @Test
  void anInputAlone_isAnsweredAfterTheWait_inAPassThatIsPadded() throws Exception {
    Path picture = Meter.pictures().get(7);
    try (Gateway gateway = open("alone", 1)) {
      assertIsWhatAlone(answer(run(gateway, List.of(picture.toString())), 0), picture);
    }
    assertThat(passes).hasSize(1);
  }

  @Test
  void aBadInput_isAnsweredWithItsError_andSpoilsNoOther() throws Exception {
    List<Path> pictures = Meter.pictures().subList(10, 12);
    Path notANumber = folder.resolve("nan.npy");
    npyOfNaN(notANumber);
    try (Gateway gateway = open("bad", LONG)) {
      List<Json> answers =
          run(
              gateway,
              List.of(
                  pictures.get(0).toString(),
                  "/absent.png",
                  notANumber.toString(),
                  pictures.get(1).toString()));
      assertThat(answer(answers, 1).at("error").asText()).isEqualTo("BadInputException");
      assertThat(answer(answers, 2).at("error").asText()).isEqualTo("NonFiniteActivationException");
      assertIsWhatAlone(answer(answers, 0), pictures.get(0));
      assertIsWhatAlone(answer(answers, 3), pictures.get(1));
    }
    assertThat(passes).hasSize(1);
  }

  private static void npyOfNaN(Path file) throws IOException {
    long[] shape = single.device().inputs().get(0).shape();
    int elements = 1;
    StringBuilder dims = new StringBuilder();
    for (long size : shape) {
      elements *= (int) size;
      dims.append(size).append(", ");
    }
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + dims.toString().strip() + "), }";
    header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.US_ASCII));
    bytes.putFloat(Float.NaN);
    Files.write(file, bytes.array());
  }
}
