/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lepcnn.cli.kafka.KafkaOptions;
import org.lepcnn.cli.owner.OpeningPassphraseOption;
import org.lepcnn.cli.report.HtmlReport;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Naming;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.PassesLeft;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.Labels;
import org.lepcnn.gateway.input.TensorJson;
import org.lepcnn.gateway.picture.ClassNames;
import org.lepcnn.json.Result;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn infer}. */
@Command(
    name = "infer",
    description =
        "Run inputs privately: pictures, .npy files (one input in each row) or .pb files.")
final class InferCommand implements Callable<Integer> {
  private static final int WRONG = 1;

  @Mixin private Output output;
  @Mixin private KafkaOptions kafka;
  @Mixin private OpeningPassphraseOption passphrase;

  @Parameters(
      paramLabel = "INPUT",
      arity = "1..*",
      description =
          "The inputs. Pictures are prepared as the bundle says (import --preprocess); without that"
              + " they are stretched to the model's input, with values from 0 to 1.")
  private List<Path> files;

  @Option(
      names = "--state",
      required = true,
      paramLabel = "DIR",
      description = "The device's state folder.")
  private Path state;

  @Option(
      names = "--tables",
      required = true,
      paramLabel = "DIR",
      description = "The folder of decryption tables.")
  private Path tables;

  @Option(
      names = "--gateway",
      required = true,
      paramLabel = "NAME",
      description = "The gateway that speaks for the device.")
  private String gateway;

  @Option(
      names = {"--model", "--chain"},
      paramLabel = "HEX",
      description = {
        "First digits of the model's fingerprint or of the chain, when the state holds several.",
        "Default, for several chains of one model: the one in use until its tables are dry."
      })
  private String model;

  @Option(
      names = "--labels",
      paramLabel = "F",
      description =
          "The right answers: CSV 'file,label', or .npy in the order of the inputs. Exit status 1"
              + " when an answer is wrong.")
  private Path labels;

  @Option(
      names = "--top",
      paramLabel = "N",
      description =
          "Tell the N best classes of each answer, with their names where the bundle has them."
              + " Default: as the bundle says, or none.")
  private Integer top;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "The folder for report.html. Default: no report.")
  private Path report;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "4",
      description = "Passes at the same time. Default: 4.")
  private int inFlight;

  @Option(
      names = "--pace",
      paramLabel = "MILLIS",
      defaultValue = "0",
      description =
          "Send each round at a multiple of this time after its pass began, so that the edge does"
              + " not see how long the device computes. Default: 0, at once.")
  private int paceMillis;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "The longest time to wait for an answer, retries included. Default: 60.")
  private int patienceSeconds;

  @Override
  public Integer call() {
    if (top != null && (top < 1 || top > Naming.MOST_TOP)) {
      throw BadInputException.about("Reading the option --top")
          .expected("1 to " + Naming.MOST_TOP)
          .found(top);
    }
    Labels answers = labels == null ? Labels.none() : Labels.read(labels);
    DeviceState opened;
    try (Passphrase given = passphrase.read()) {
      opened =
          DeviceState.open(
              state, model == null ? "" : model, given, chain -> PassesLeft.read(tables).of(chain));
    }
    List<Inputs.Input> inputs;
    Naming naming;
    try {
      naming = naming(opened.deviceHalf());
      inputs = readInputs(opened.deviceHalf());
      TableFolder.open(tables, opened).close(); // what is wrong here needs no broker to be said
      answers.requireSome(inputs.stream().map(Inputs.Input::name).toList());
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
    try (KafkaEdgeTransport transport = connect(opened);
        PrivateRun run =
            PrivateRun.open(
                opened,
                tables,
                transport,
                inFlight,
                Duration.ofMillis(paceMillis),
                inputs.size(),
                report != null)) {
      run.nameClasses(naming);
      return tell(run, inputs, answers);
    }
  }

  private KafkaEdgeTransport connect(DeviceState opened) {
    try {
      TransportConfig config =
          TransportConfig.builder(kafka.bootstrapServers(), gateway)
              .clientConfig(kafka.properties())
              .patience(Duration.ofSeconds(patienceSeconds))
              .build();
      return kafka.ask(output, () -> KafkaEdgeTransport.open(config));
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private int tell(PrivateRun run, List<Inputs.Input> inputs, Labels labels) {
    AnswerLines lines =
        new AnswerLines(
            output,
            labels,
            (answer, label) -> run.describe(answer, label, -1, null),
            inputs.stream().mapToInt(input -> input.name().length()).max().orElse(0));
    run.run(inputs, lines::tell);
    lines.end();
    Told told = told(lines.inferences(), lines.answers());
    if (output.isJson() || !told.text().isEmpty()) {
      output.result(told);
    }
    if (report != null) {
      HtmlReport.write(
          report.resolve("report.html"),
          "Private inference: " + run.model().modelName(),
          List.of(),
          lines.inferences());
    }
    return status(lines.answers(), lines.inferences());
  }

  /** That of the first failure, or else whether a labelled answer is wrong. */
  static int status(List<PrivateRun.Inferred> answers, List<InferenceReport> inferences) {
    for (PrivateRun.Inferred answer : answers) {
      if (answer.failure() != null) {
        return answer.failure().exitStatus();
      }
    }
    return inferences.stream().anyMatch(each -> each.label() >= 0 && !each.right()) ? WRONG : 0;
  }

  private List<Inputs.Input> readInputs(DeviceHalf half) {
    List<Inputs.Input> inputs = new ArrayList<>();
    for (Path file : files) {
      inputs.addAll(Inputs.read(file, half));
    }
    return inputs;
  }

  private Naming naming(DeviceHalf half) {
    Naming stated = half.naming();
    if (top == null) {
      return stated;
    }
    return stated == null
        ? ClassNames.of(half.rowOutputs(), List.of(), false, top, List.of())
        : new Naming(stated.output(), stated.names(), stated.softmax(), top);
  }

  private static String accuracy(List<InferenceReport> inferences) {
    long labelled = inferences.stream().filter(inference -> inference.label() >= 0).count();
    long correct = inferences.stream().filter(InferenceReport::right).count();
    return labelled == 0 ? "" : String.format(Locale.ROOT, "%d of %d right", correct, labelled);
  }

  /** What is told of all inputs; text is for people, who have seen the answers. */
  record Told(List<InferenceJson> answers, List<Failure> failures, @JsonIgnore String text)
      implements Result {}

  /** An input without an answer, and why. */
  record Failure(String input, String error, String message) {
    static Failure of(String input, LepcnnException failure) {
      return new Failure(input, failure.getClass().getSimpleName(), failure.getMessage());
    }
  }

  /**
   * What is told.
   *
   * @param inferences of the answers that are no failures, in their order
   */
  static Told told(List<InferenceReport> inferences, List<PrivateRun.Inferred> answers) {
    List<InferenceJson> list = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    Iterator<InferenceReport> next = inferences.iterator();
    for (PrivateRun.Inferred answer : answers) {
      if (answer.failure() == null) {
        list.add(InferenceJson.of(next.next(), TensorJson.of(answer.result().outputs())));
      } else {
        failures.add(Failure.of(answer.input().name(), answer.failure()));
      }
    }
    return new Told(list, failures, accuracy(inferences));
  }
}
