/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.lepcnn.check.FloatModel;
import org.lepcnn.check.Top1;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.GatewayBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.input.Labels;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ImportReport;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.precompute.Precompute;
import org.lepcnn.precompute.PrecomputeOptions;

/**
 * The steps of the demo, each the library call behind the command of the same name. What it starts
 * it stops, also when it is interrupted; its working folder goes with it.
 */
final class Demo implements AutoCloseable {
  static final int IN_FLIGHT = 4;

  private static final String GATEWAY = "demo";
  private static final String DEVICE = "meter-1";

  private final Output output;
  private final Cleanup cleanup;
  private final Path work;
  private final Path logs;
  private final int passes;
  private final GatewayBroker.Wish wish;
  private final LocalLayout layout = LocalLayout.find();
  private final Path example = layout.example();

  Demo(Output output, Cleanup cleanup, Path out, int passes, GatewayBroker.Wish wish) {
    this.output = output;
    this.cleanup = cleanup;
    this.work = out.toAbsolutePath().resolve("work");
    this.logs = out.toAbsolutePath().resolve("logs");
    this.passes = passes;
    this.wish = wish;
  }

  DemoResult run() {
    prepareFolders();
    step("starting a Kafka broker in a process of its own" + wish.how());
    GatewayBroker broker = GatewayBroker.start(layout, work, GATEWAY, wish);
    cleanup.onEnd(broker::close);

    step("importing the model");
    ModelBundle bundle =
        ModelImporter.importModel(example.resolve("meter-digits.onnx"), ImportOptions.defaults());
    bundle.write(work.resolve("bundle"));
    ImportReport.of(bundle).table().lines().forEach(output::progress);

    step("creating topics, publishing the model, enrolling the device");
    broker.createTopics();
    broker.admit(edgeHalf(), DEVICE);
    step("starting the edge job in a process of its own");
    List<String> options = new ArrayList<>(broker.edgeOptions());
    options.addAll(List.of("--model-cache", work.resolve("model-cache").toString()));
    LocalEdge edge = LocalEdge.start(layout, logs, broker.bootstrapServers(), options);
    cleanup.onEnd(edge::close);
    step(
        "the edge's class path: "
            + edge.classPath().size()
            + " jars, none with code that handles secrets");

    provision(bundle);
    step("running " + passes + " private inferences, " + IN_FLIGHT + " in flight");
    return infer(bundle, broker, edge);
  }

  @Override
  public void close() {
    cleanup.close();
  }

  /** Only the edge half and the manifest go where the edge can read. */
  private Path edgeHalf() {
    Path folder = work.resolve("edge-model");
    try {
      Files.createDirectories(folder);
      for (String file : List.of(ModelBundle.EDGE_FILE, ModelBundle.MANIFEST_FILE)) {
        Files.copy(work.resolve("bundle").resolve(file), folder.resolve(file));
      }
      return folder;
    } catch (IOException e) {
      throw EnvironmentException.about("Copying the edge half to " + folder).found(e);
    }
  }

  private void provision(ModelBundle bundle) {
    step("provisioning the device and precomputing tables for " + passes + " passes");
    Path owner = work.resolve("owner.lep");
    Path grantFile = work.resolve("meter-1.grant");
    try (OwnerFile file = OwnerFile.create(owner);
        Grant grant = file.provision(DEVICE, bundle)) {
      grant.write(grantFile);
    }
    Precompute.run(
        PrecomputeOptions.builder()
            .ownerFile(owner)
            .bundle(work.resolve("bundle"))
            .device(DEVICE)
            .passes(passes)
            .output(work.resolve("tables"))
            .build(),
        progress -> {});
    DeviceState.init(grantFile, work.resolve("state")).close();
  }

  private DemoResult infer(ModelBundle bundle, GatewayBroker broker, LocalEdge edge) {
    List<Inputs.Input> inputs = pictures(bundle);
    TransportConfig config =
        TransportConfig.builder(broker.bootstrapServers(), GATEWAY)
            .clientConfig(broker.gatewayConfig())
            .build();
    DeviceState state = DeviceState.open(work.resolve("state"));
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(config);
        PrivateRun run =
            PrivateRun.open(
                state,
                work.resolve("tables"),
                transport,
                IN_FLIGHT,
                Duration.ZERO,
                inputs.size(),
                true)) {
      List<PrivateRun.Inferred> answers = run.run(inputs);
      step("comparing with the plain integer network and with float ONNX Runtime");
      return compare(bundle, run, answers, broker, edge);
    }
  }

  private DemoResult compare(
      ModelBundle bundle,
      PrivateRun run,
      List<PrivateRun.Inferred> answers,
      GatewayBroker broker,
      LocalEdge edge) {
    Labels labels = Labels.read(example.resolve("pictures").resolve("labels.csv"));
    String outputName = bundle.device().outputs().get(0).name();
    List<InferenceReport> inferences = new ArrayList<>();
    double maxError = 0;
    try (DeviceModel model = DeviceModel.load(bundle.device());
        FloatModel floats = new FloatModel(example.resolve("meter-digits.onnx"))) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(model, bundle.edge());
      for (PrivateRun.Inferred answer : answers) {
        if (answer.failure() != null) {
          throw answer.failure();
        }
        HostTensor mine = answer.result().outputs().get(outputName);
        boolean exact = plain.run(answer.input().values()).get(outputName).sameBits(mine);
        float[] reference = floats.run(answer.input().values()).get(outputName).floats();
        for (int i = 0; i < reference.length; i++) {
          maxError = Math.max(maxError, Math.abs(reference[i] - mine.floats()[i]));
        }
        inferences.add(
            run.describe(
                answer,
                labels.of(answer.input().name(), Integer.MAX_VALUE),
                Top1.of(reference),
                exact));
      }
    }
    return new DemoResult(
        bundle.device().modelName(),
        bundle.fingerprint().toString(),
        inferences,
        maxError,
        broker.broker().pid(),
        edge.pid(),
        work.resolveSibling("report.html"));
  }

  private List<Inputs.Input> pictures(ModelBundle bundle) {
    List<Inputs.Input> pictures = new ArrayList<>();
    for (Path path : pictureFiles()) {
      pictures.addAll(Inputs.read(path, bundle.device()));
    }
    List<Inputs.Input> inputs = new ArrayList<>();
    for (int i = 0; i < passes; i++) {
      inputs.add(pictures.get(i % pictures.size()));
    }
    return inputs;
  }

  private List<Path> pictureFiles() {
    try (Stream<Path> files = Files.list(example.resolve("pictures"))) {
      return files.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the pictures in " + example)
          .expected("the repository's")
          .found(e);
    }
  }

  private void prepareFolders() {
    if (Files.exists(work.getParent()) && !Files.isDirectory(work.getParent())) {
      throw BadInputException.about("Running the demo")
          .expected("a folder for --out")
          .found("a file at " + work.getParent());
    }
    try {
      deleteWork();
      Files.createDirectories(logs);
      Files.createDirectories(work);
    } catch (IOException e) {
      throw EnvironmentException.about("Preparing " + work)
          .expected("a writable folder")
          .found(e, "Choose another with --out.");
    }
    cleanup.onEnd(this::deleteWork);
  }

  private void deleteWork() throws IOException {
    if (!Files.exists(work)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(work)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  private void step(String what) {
    output.progress(String.format(Locale.ROOT, "lepcnn demo: %s", what));
  }
}
