/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.check.CheckLine;
import org.lepcnn.check.CheckSummary;
import org.lepcnn.check.CheckedInput;
import org.lepcnn.check.Tolerance;
import org.lepcnn.check.TopAnswer;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.cli.report.InferenceTable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.Labels;
import org.lepcnn.gateway.input.TensorJson;
import org.lepcnn.json.Json;

/** What {@code infer} tells of answers, and its exit status. */
class InferAnswersTest {
  private static final Inputs.Input INPUT = new Inputs.Input("a.png", Path.of("a.png"), Map.of());

  @Test
  void json_hasEveryOutput_typedAndWhole() {
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    outputs.put("label", HostTensor.of(new long[] {7}, 1));
    outputs.put("scores", HostTensor.of(new float[] {0.25f, Float.NaN}, 1, 2));
    outputs.put("sure", HostTensor.ofBytes(HostTensor.BOOL, new byte[] {1}, 1));
    PassResult result = new PassResult(0, outputs, null, 0, 0, 1);
    List<PrivateRun.Inferred> answers =
        List.of(
            new PrivateRun.Inferred(INPUT, null, new BadInputException("No picture.")),
            new PrivateRun.Inferred(INPUT, result, null));
    String json = InferCommand.told(List.of(inference(7, -1)), answers).json();
    assertThat(json)
        .contains(
            "\"label\":{\"type\":\"int64\",\"shape\":[1],\"values\":[7]}",
            "\"scores\":{\"type\":\"float32\",\"shape\":[1,2],\"values\":[0.25,null]}",
            "\"sure\":{\"type\":\"bool\",\"shape\":[1],\"values\":[true]}",
            "\"answer\":7",
            "\"failures\":[{\"input\":\"a.png\"");
  }

  @Test
  void wrongAnswer_isStatusOne_andAFailureCountsFirst() {
    PrivateRun.Inferred good = new PrivateRun.Inferred(INPUT, null, null);
    PrivateRun.Inferred bad = new PrivateRun.Inferred(INPUT, null, new BadInputException("No."));
    PrivateRun.Inferred refused = new PrivateRun.Inferred(INPUT, null, new RefusedException("No."));
    assertThat(InferCommand.status(List.of(good), List.of(inference(7, 7)))).isZero();
    assertThat(InferCommand.status(List.of(good), List.of(inference(7, -1)))).isZero();
    assertThat(InferCommand.status(List.of(good), List.of(inference(7, 8)))).isEqualTo(1);
    assertThat(InferCommand.status(List.of(good, bad), List.of(inference(7, 8)))).isEqualTo(2);
    assertThat(InferCommand.status(List.of(refused, bad), List.of())).isEqualTo(1);
  }

  @Test
  void outputsThatTellNoAnswer_areShownWithoutOne() {
    assertThat(InferenceTable.render(List.of(inference(-1, -1)))).contains(" float32[1, 8] ");
    assertThat(Json.write(InferenceJson.of(inference(-1, -1), null))).doesNotContain("answer");
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void outputsOfEveryType_areNamedForWhatTheyAre(
      HostTensor output, String shown, String json, String kind) {
    Map<String, HostTensor> outputs = Map.of("y", output);
    InferenceReport told = inference(TopAnswer.of(outputs), -1, PrivateRun.shown(outputs));
    assertThat(InferenceTable.render(List.of(told))).contains(" " + shown + " ");
    assertThat(Json.write(InferenceJson.of(told, TensorJson.of(outputs)))).contains(json);
    CheckedInput checked = new CheckedInput(true, true, outputs, null);
    CheckLine line = CheckLine.compare("a", checked, outputs, Collections.emptySortedMap(), -1);
    CheckSummary summary = new CheckSummary(List.of(line), Tolerance.ofTarget(0.01));
    assertThat(Json.write(summary.told())).contains("\"kind\":\"" + kind + "\"");
  }

  static List<Arguments> outputs() {
    byte[] yes = {1};
    byte[] some = {1, 0};
    return List.of(
        arguments(
            HostTensor.of(new String[] {"cat\u001b[2J"}, 1),
            "cat<U+001B>[2J",
            "\"answerName\":\"cat<U+001B>[2J\"",
            "texts"),
        arguments(
            HostTensor.of(new String[] {"cat", "dog"}, 2),
            "string[2]",
            "\"values\":[\"cat\",\"dog\"]",
            "texts"),
        arguments(HostTensor.of(new long[] {7}, 1), "7", "\"answer\":7", "whole numbers"),
        arguments(
            HostTensor.ofBytes(HostTensor.BOOL, yes, 1),
            "true",
            "\"answer\":1,\"answerName\":\"true\"",
            "truth values"),
        arguments(
            HostTensor.ofBytes(HostTensor.BOOL, some, 2),
            "bool[2]",
            "\"values\":[true,false]",
            "truth values"),
        arguments(
            HostTensor.of(new double[] {1, 2, 3, 4}, 2, 2),
            "float64[2, 2]",
            "\"type\":\"float64\"",
            "floating-point numbers"));
  }

  @Test
  void answers_areToldAsTheyCome_andAReasonThatManyHaveOnce() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      AnswerLines lines =
          new AnswerLines(new Output(), Labels.none(), (answer, label) -> inference(7, label), 5);
      lines.tell(new PrivateRun.Inferred(INPUT, null, null));
      assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("picture").contains("a.png");
      PrivateRun.Inferred dry =
          new PrivateRun.Inferred(INPUT, null, new EnvironmentException("The tables are used up."));
      for (int i = 0; i < 24; i++) {
        lines.tell(dry);
      }
      lines.end();
      assertThat(lines.answers()).hasSize(25);
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
    }
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "lepcnn: a.png: The tables are used up.",
            "lepcnn: 23 more failed: The tables are used up.");
  }

  private static InferenceReport inference(long answer, long label) {
    return inference(new TopAnswer(answer, "", Double.NaN), label, "float32[1, 8]");
  }

  private static InferenceReport inference(TopAnswer answer, long label, String outputs) {
    return new InferenceReport(
        "a.png",
        null,
        null,
        1,
        0,
        label,
        answer.label(),
        answer.name(),
        outputs,
        answer.score(),
        -1,
        null,
        1,
        4,
        4,
        new InferenceReport.Phases(1, 1, 1, 1, 1, 5),
        List.of());
  }
}
