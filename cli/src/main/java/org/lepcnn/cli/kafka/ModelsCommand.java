/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.deployments.PublishedBundle;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.control.ControlTopics;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lepcnn models}. */
@Command(
    name = "models",
    description = "The models that the edge serves.",
    subcommands = {
      ModelsCommand.Publish.class,
      ModelsCommand.ListModels.class,
      ModelsCommand.Withdraw.class
    })
public final class ModelsCommand {
  private ModelsCommand() {}

  /**
   * The record of a bundle's edge half.
   *
   * @param uri where TaskManagers find it; null for the bundle's own file
   */
  static ModelRecord record(Path bundle, String uri, String name) {
    return PublishedBundle.record(bundle, uri, name);
  }

  private static Json.JsonObject json(ModelRecord model) {
    return Json.object()
        .put("model", WireIds.fingerprint(model.getModel()).toString())
        .put("name", model.getName())
        .put("edgeHalf", model.getEdgeHalf())
        .put("status", model.getStatus().name())
        .put("publishedMillis", model.getPublishedMillis());
  }

  private static String line(ModelRecord model) {
    return WireIds.fingerprint(model.getModel())
        + "  "
        + model.getStatus()
        + "  "
        + model.getName()
        + "  "
        + model.getEdgeHalf()
        + "  "
        + Instant.ofEpochMilli(model.getPublishedMillis());
  }

  @Command(
      name = "publish",
      description = {
        "Tell running edge jobs of a model: they fetch its edge half, verify it and load it.",
        "The device half is not needed here and does not travel."
      })
  static final class Publish implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Parameters(
        paramLabel = "BUNDLE",
        description = "A bundle's folder, with at least its edge half and manifest.")
    private Path bundle;

    @Option(
        names = "--uri",
        paramLabel = "URI",
        description = {
          "Where every TaskManager can read the edge half: file:, http: or https:.",
          "Default: the file in BUNDLE, which has to lie under the same path on each."
        })
    private String uri;

    @Option(
        names = "--name",
        paramLabel = "TEXT",
        description = "A name for people. Default: the folder's.")
    private String name;

    @Override
    public Integer call() {
      requireScheme();
      ModelRecord model = record(bundle, uri, name);
      kafka.control(output).put(model);
      output.result("published " + line(model), json(model));
      return 0;
    }

    private void requireScheme() {
      if (uri != null && !uri.matches("(file|https?):.+")) {
        throw new BadInputException(
            "--uri: expected a file:, http: or https: address; found '" + uri + "'.");
      }
    }
  }

  @Command(name = "list", description = "List the models that were published.")
  static final class ListModels implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Override
    public Integer call() {
      Map<String, ModelRecord> models = kafka.control(output).models();
      StringBuilder text = new StringBuilder();
      Json.JsonArray list = Json.array();
      for (ModelRecord model : models.values()) {
        text.append(line(model)).append('\n');
        list.add(json(model));
      }
      output.result(
          models.isEmpty() ? "no models" : text.toString().stripTrailing(),
          Json.object().put("models", list));
      return 0;
    }
  }

  @Command(
      name = "withdraw",
      description = "Take a model away from running edge jobs: its requests are refused.")
  static final class Withdraw implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    @Parameters(
        paramLabel = "MODEL",
        description = "A fingerprint or its first digits, or a bundle's folder.")
    private String name;

    @Override
    public Integer call() {
      ControlTopics topics = kafka.control(output);
      Map<String, ModelRecord> models = topics.models();
      Fingerprint id = ModelNames.resolve(name, models.keySet());
      ModelRecord model = models.get(id.toString());
      if (model == null) {
        throw new BadInputException(
            "Withdrawing model " + id + ": expected a published model; it is not.");
      }
      model.setStatus(ModelStatus.WITHDRAWN);
      topics.put(model);
      output.result("withdrawn " + line(model), json(model));
      return 0;
    }
  }
}
