/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.stage.HostTensor;

class InferRequestReaderTest {
  private static final long[] PAIR = {2};
  private static final FakeModel MODEL =
      FakeModel.echo(
          "all",
          List.of(
              new ValueSpec("f", HostTensor.FLOAT, new long[] {1, 2, 2}),
              new ValueSpec("d", HostTensor.DOUBLE, PAIR),
              new ValueSpec("i", HostTensor.INT32, PAIR),
              new ValueSpec("l", HostTensor.INT64, PAIR),
              new ValueSpec("u", HostTensor.UINT8, PAIR),
              new ValueSpec("b", HostTensor.INT8, PAIR),
              new ValueSpec("t", HostTensor.BOOL, PAIR),
              new ValueSpec("s", HostTensor.STRING, new long[] {})));
  private static final String ALL =
      """
      {"id":"a","inputs":[
        {"name":"f","shape":[1,2,2],"datatype":"FP32","data":[[[0.1,-2],[3e3,0]]]},
        {"data":[1e-300,-0.0],"datatype":"FP64","name":"d","shape":[2]},
        {"name":"i","shape":[2],"data":[-2147483648,2147483647],"datatype":"INT32"},
        {"name":"l","shape":[2],"datatype":"INT64","data":[-9223372036854775808,9223372036854775807]},
        {"name":"u","shape":[2],"datatype":"UINT8","data":[0,255]},
        {"name":"b","shape":[2],"datatype":"INT8","data":[-128,127]},
        {"name":"t","shape":[2],"datatype":"BOOL","data":[true,false]},
        {"name":"s","shape":[],"datatype":"BYTES","data":["gr\\u00fcn"],"parameters":{"x":[{}]}}],
        "parameters":{"sequence_id":{"y":1}},"outputs":[{"name":"l"},{"name":"f"}],"other":[[]]}
      """;

  private static InferRequest read(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return InferRequestReader.read(MODEL, bytes, bytes.length);
  }

  private static Map<String, HostTensor> values() {
    return Map.of(
        "f", HostTensor.of(new float[] {0.1f, -2, 3e3f, 0}, 1, 2, 2),
        "d", HostTensor.of(new double[] {1e-300, -0.0}, 2),
        "i", HostTensor.of(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, 2),
        "l", HostTensor.of(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, 2),
        "u", HostTensor.ofBytes(HostTensor.UINT8, new byte[] {0, -1}, 2),
        "b", HostTensor.ofBytes(HostTensor.INT8, new byte[] {-128, 127}, 2),
        "t", HostTensor.ofBytes(HostTensor.BOOL, new byte[] {1, 0}, 2),
        "s", HostTensor.of(new String[] {"grün"}));
  }

  private static void assertSame(Map<String, HostTensor> found, Map<String, HostTensor> expected) {
    assertThat(found).hasSameSizeAs(expected);
    found.forEach(
        (name, tensor) ->
            assertThat(tensor.sameBits(expected.get(name))).as(name + " " + tensor).isTrue());
  }

  @Test
  void everyType_isReadFromJson_whateverTheOrderOfMembers() {
    InferRequest request = read(ALL);
    assertThat(request.id()).isEqualTo("a");
    assertSame(request.inputs(), values());
    assertThat(request.outputs())
        .containsExactly(new InferRequest.Output("l", false), new InferRequest.Output("f", false));
  }

  @Test
  void flatAndNested_areTheSame() {
    assertSame(read(ALL.replace("[[[0.1,-2],[3e3,0]]]", "[0.1,-2,3e3,0]")).inputs(), values());
  }

  /** What the door writes in the binary form, it reads. */
  @Test
  void everyType_goesThroughTheBinaryForm() {
    PassResult result = new PassResult(3, values(), new PassTimings(0, 0, 0, 0, 0, 0, 0), 0, 0, 1);
    List<InferRequest.Output> all =
        MODEL.outputs().stream()
            .map(output -> new InferRequest.Output(output.name(), true))
            .toList();
    DoorAnswer answer = InferAnswer.of(MODEL, new InferRequest("x", Map.of(), all), result);
    String json = new String(answer.body(), 0, answer.jsonBytes(), StandardCharsets.UTF_8);
    byte[] request = answer.body().clone();
    byte[] renamed = json.replace("\"outputs\"", "\"inputs\" ").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(renamed, 0, request, 0, renamed.length);
    assertThat(renamed).hasSize(answer.jsonBytes());
    InferRequest again = InferRequestReader.read(MODEL, request, answer.jsonBytes());
    assertSame(again.inputs(), values());
  }

  @Test
  void binaryOutput_isWhatTheOutputSays_orElseTheRequest() {
    String outputs = "\"outputs\":[{\"name\":\"l\"},{\"name\":\"f\"}]";
    String own =
        "\"outputs\":[{\"name\":\"l\",\"parameters\":{\"binary_data\":false}},{\"name\":\"f\"}]";
    String request = ALL.replace("\"sequence_id\":{\"y\":1}", "\"binary_data_output\":true");
    assertThat(read(request).outputs()).allMatch(InferRequest.Output::binary);
    assertThat(read(request.replace(outputs, own)).outputs())
        .containsExactly(new InferRequest.Output("l", false), new InferRequest.Output("f", true));
    assertThat(read(ALL.replace(outputs, "\"outputs\":[]")).outputs()).hasSize(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "3e3,0 | 3e3 | in dimension 2",
        "3e3,0 | 3e3,0,1 | Data of input 'f'",
        "[[[0.1,-2],[3e3,0]]] | [[[0.1,-2]]] | in dimension 1",
        "[[[0.1,-2],[3e3,0]]] | [[0.1,-2],[3e3,0]] | another nesting",
        "[[[0.1,-2],[3e3,0]]] | [0.1,-2,3e3] | 3 elements",
        "[[[0.1,-2],[3e3,0]]] | [0.1,-2,3e3,[0]] | FP32",
        "[[[0.1,-2],[3e3,0]]] | [[[[0.1,-2]],[3e3,0]]] | Data of input 'f'",
        "[[[0.1,-2],[3e3,0]]] | 0.1 | an array",
        "3e3 | 3e39 | beyond its range",
        "3e3 | null | no number",
        "3e3 | NaN | one JSON object",
        "2147483647 | 2147483648 | beyond its range",
        "2147483647 | 1.0 | no whole number",
        "9223372036854775807 | 9223372036854775808 | beyond its range",
        "[0,255] | [0,256] | UINT8",
        "[0,255] | [-1,255] | UINT8",
        "-128 | -129 | INT8",
        "true,false | 1,0 | neither true nor false",
        "[\"gr\\u00fcn\"] | [7] | no string",
        "[1,2,2] | [1,4] | with dimensions [1, 2, 2]",
        "[1,2,2] | [1,2,2.5] | Shape of an input",
        "FP32 | FP16 | FP32 with dimensions",
        "FP32 | fp32 | FP32 with dimensions",
        "\"name\":\"f\",\"shape\" | \"shape\" | without a name",
        "\"name\":\"f\" | \"name\":\"F\" | 'F'",
        "\"name\":\"u\" | \"name\":\"f\" | 'f' twice",
        "{\"name\":\"l\"} | {\"name\":\"z\"} | 'z'",
        "{\"name\":\"l\"} | {\"name\":\"f\"} | 'f' twice",
        "{\"x\":[{}]} | {\"binary_data_size\":8} | or else the parameter",
        "\"data\":[0,255] | \"parameters\":{\"binary_data_size\":2} | behind the JSON",
        "\"data\":[0,255] | \"parameters\":{\"binary_data_size\":-2} | a number of bytes",
        "\"data\":[0,255] | \"data\":[0,255],\"data\":[1,2] | one JSON object",
        "\"id\":\"a\" | \"id\":7 | Member id",
        "\"other\":[[]] | \"other\":[[] | one JSON object"
      })
  void whatIsNotTheModels_isRefused(String text, String other, String message) {
    assertThat(ALL).contains(text);
    assertThatThrownBy(() -> read(ALL.replace(text, other)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMissingInput_isNamed() {
    assertThatThrownBy(() -> read("{\"inputs\":[]}")).hasMessageContaining("[b, d, f, i, l, s, t");
  }

  /** What is wrong in a tensor is told without the tensor. */
  @ParameterizedTest
  @ValueSource(strings = {"31337", "\"31337\"", "31337.5", "x31337", "{\"31337\":31337}"})
  void valuesOfTensors_areNotInMessages(String secret) {
    for (String place : List.of("255", "-128", "true", "\"gr\\u00fcn\"", "2147483647")) {
      String body = ALL.replace(place, secret);
      try {
        InferRequest request = read(body);
        assertThat(request.inputs()).hasSize(8);
      } catch (BadInputException e) {
        assertThat(e.getMessage()).doesNotContain("31337");
      }
    }
  }

  @Test
  void deepNesting_isRefused() {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> read(ALL.replace("\"other\":[[]]", "\"other\":" + deep)))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> read(ALL.replace("[0,255]", deep)))
        .isInstanceOf(BadInputException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1_000_000})
  void aLengthBeyondTheBody_isRefused(int jsonBytes) {
    assertThatThrownBy(() -> InferRequestReader.read(MODEL, new byte[10], jsonBytes))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(DoorAnswer.JSON_LENGTH);
  }
}
