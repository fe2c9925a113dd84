/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.cli.report.HtmlReport;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.deployments.GatewayBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lepcnn demo}. */
@Command(
    name = "demo",
    description = {
      "Run the whole system on this machine: a Kafka broker and an edge job as processes, and this"
          + " process as owner and device.",
      "It reads forty pictures of utility meter digits privately, and compares the answers with the"
          + " plain integer and the float network."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int WRONG = 1;

  @Mixin private Output output;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "lepcnn-demo",
      description = "The folder for report.html and logs. Default: lepcnn-demo.")
  private Path out;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "40",
      description =
          "Private inferences. The command repeats the pictures when there are more. Default: 40.")
  private int passes;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The broker's port. Default: a free one.")
  private Integer port;

  @Option(
      names = "--secured",
      description =
          "Use TLS, a user for each role, and access rules at the broker, with secrets made for"
              + " this run.")
  private boolean secured;

  @Override
  public Integer call() {
    if (passes < 1 || passes > 10_000) {
      throw BadInputException.about("Running the demo")
          .expected("--passes of 1 to 10000")
          .found(passes);
    }
    if (port != null && (port < 1 || port > 65_535)) {
      throw BadInputException.about("Running the demo")
          .expected("--port of 1 to 65535")
          .found(port);
    }
    try (Cleanup cleanup = new Cleanup(output);
        Demo demo = new Demo(output, cleanup, out, passes, new GatewayBroker.Wish(port, secured))) {
      DemoResult result = demo.run();
      HtmlReport.write(
          result.report(),
          "Private inference: the digits of a utility meter",
          facts(result),
          result.inferences());
      output.result(result);
      return result.allExact() ? 0 : WRONG;
    }
  }

  private static List<HtmlReport.Fact> facts(DemoResult result) {
    return List.of(
        new HtmlReport.Fact("Model", result.model() + ", fingerprint " + result.fingerprint()),
        new HtmlReport.Fact(
            "Exactness",
            result.exactCount()
                + " of "
                + result.inferences().size()
                + " answers equal the plain integer network bit for bit"),
        new HtmlReport.Fact(
            "Accuracy",
            result.right() + " of " + result.inferences().size() + " answers are the labels"),
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
            "device %s, broker %s, edge %s"
                .formatted(ProcessHandle.current().pid(), result.brokerPid(), result.edgePid())));
  }
}
