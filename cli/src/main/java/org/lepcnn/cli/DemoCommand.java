/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.cli.report.HtmlReport;
import org.lepcnn.cli.report.Outcome;
import org.lepcnn.cli.report.OutcomeTable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Json;
import org.lepcnn.deployments.GatewayBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn demo}. */
@Command(
    name = "demo",
    description = {
      "The whole system on this machine: a Kafka broker and an edge job in processes of their own, and this process as owner and device.",
      "Forty pictures of utility meter digits are read privately and compared with the plain integer and the float network."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int WRONG = 1;

  @Mixin private Output output;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "lepcnn-demo",
      description = "Where report.html and logs go. Default: lepcnn-demo.")
  private Path out;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "40",
      description =
          "Private inferences; the pictures are repeated when there are fewer. Default: 40.")
  private int passes;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The broker's port. Default: a free one.")
  private Integer port;

  @Option(
      names = "--secured",
      description =
          "With TLS, a user for each role, and access rules at the broker; secrets are made for this run.")
  private boolean secured;

  @Override
  public Integer call() {
    if (passes < 1 || passes > 10_000) {
      throw new BadInputException(
          "Running the demo: expected --passes of 1 to 10000; found " + passes + ".");
    }
    if (port != null && (port < 1 || port > 65_535)) {
      throw new BadInputException(
          "Running the demo: expected --port of 1 to 65535; found " + port + ".");
    }
    try (Cleanup cleanup = new Cleanup(output);
        Demo demo = new Demo(output, cleanup, out, passes, new GatewayBroker.Wish(port, secured))) {
      Demo.Result result = demo.run();
      Path report = out.resolve("report.html");
      HtmlReport.write(
          report,
          "Private inference: the digits of a utility meter",
          facts(result),
          result.outcomes());
      output.result(
          OutcomeTable.render(result.outcomes())
              + "\n"
              + verdict(result)
              + "\nReport: "
              + report.toAbsolutePath(),
          json(result, report));
      return result.allExact() ? 0 : WRONG;
    }
  }

  private static String verdict(Demo.Result result) {
    int count = result.outcomes().size();
    return String.format(
        Locale.ROOT,
        "%s%n%d of %d answers are the labels; float ONNX Runtime gives the same answer on %d of %d, largest difference of a probability %.2g.%n"
            + "Median of a pass: %.1f ms in %d rounds, %d bytes up, %d bytes down. Edge process %d, broker process %d, device process %d.",
        result.allExact()
            ? "Every answer equals the plain integer network bit for bit; every result passed the integrity check."
            : "NOT every answer equals the plain integer network.",
        result.right(),
        count,
        result.floatAgrees(),
        count,
        result.maxFloatError(),
        result.medianMillis(),
        result.outcomes().get(0).rounds(),
        result.outcomes().get(0).bytesUp(),
        result.outcomes().get(0).bytesDown(),
        result.edgePid(),
        result.brokerPid(),
        ProcessHandle.current().pid());
  }

  private static List<HtmlReport.Fact> facts(Demo.Result result) {
    return List.of(
        new HtmlReport.Fact("Model", result.model() + ", fingerprint " + result.fingerprint()),
        new HtmlReport.Fact(
            "Exactness",
            result.exactCount()
                + " of "
                + result.outcomes().size()
                + " answers equal the plain integer network bit for bit"),
        new HtmlReport.Fact(
            "Accuracy",
            result.right() + " of " + result.outcomes().size() + " answers are the labels"),
        new HtmlReport.Fact(
            "Float ONNX Runtime",
            "the same answer on "
                + result.floatAgrees()
                + "; largest difference of a probability "
                + String.format(Locale.ROOT, "%.2g", result.maxFloatError())),
        new HtmlReport.Fact(
            "Median of a pass",
            String.format(
                Locale.ROOT, "%.1f ms, %d in flight", result.medianMillis(), Demo.IN_FLIGHT)),
        new HtmlReport.Fact(
            "Processes",
            "device "
                + ProcessHandle.current().pid()
                + ", broker "
                + result.brokerPid()
                + ", edge "
                + result.edgePid()));
  }

  private static Json json(Demo.Result result, Path report) {
    Json.JsonArray answers = Json.array();
    for (Outcome outcome : result.outcomes()) {
      answers.add(OutcomeJson.of(outcome));
    }
    return Json.object()
        .put("model", result.model())
        .put("fingerprint", result.fingerprint())
        .put("answers", answers)
        .put("allExact", result.allExact())
        .put("right", result.right())
        .put("floatAgrees", result.floatAgrees())
        .put("maxFloatError", result.maxFloatError())
        .put("medianMillis", result.medianMillis())
        .put("edgePid", result.edgePid())
        .put("brokerPid", result.brokerPid())
        .put("report", report.toAbsolutePath().toString());
  }
}
