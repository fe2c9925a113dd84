/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.lepcnn.command.Output;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.deployments.PublishedBundle;
import org.lepcnn.json.Result;
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
    description = "Publish, list and withdraw the models that the edge serves.",
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

  /**
   * What is told of a model.
   *
   * @param done what was done with it, in front of its line
   */
  private record Told(
      @JsonIgnore String done,
      Fingerprint model,
      String name,
      String edgeHalf,
      ModelStatus status,
      long publishedMillis)
      implements Result {
    static Told of(String done, ModelRecord model) {
      return new Told(
          done,
          WireIds.fingerprint(model.getModel()),
          model.getName(),
          model.getEdgeHalf(),
          model.getStatus(),
          model.getPublishedMillis());
    }

    @Override
    public String text() {
      return done
          + model
          + "  "
          + status
          + "  "
          + name
          + "  "
          + edgeHalf
          + "  "
          + Instant.ofEpochMilli(publishedMillis);
    }
  }

  @Command(
      name = "publish",
      description = {
        "Publish a model to running edge jobs. They fetch its edge half, verify it and load it.",
        "The device half is not needed here, and it does not leave this machine."
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
          "Default: the file in BUNDLE, which must have the same path on each."
        })
    private String uri;

    @Option(
        names = "--name",
        paramLabel = "TEXT",
        description = "A readable name. Default: the folder's.")
    private String name;

    @Override
    public Integer call() {
      requireScheme();
      ModelRecord model = record(bundle, uri, name);
      kafka.control(output).put(model);
      output.result(Told.of("published ", model));
      return 0;
    }

    private void requireScheme() {
      if (uri != null && !uri.matches("(file|https?):.+")) {
        throw BadInputException.about("--uri")
            .expected("a file:, http: or https: address")
            .found("'" + uri + "'");
      }
    }
  }

  @Command(name = "list", description = "List the published models.")
  static final class ListModels implements Callable<Integer> {
    @Mixin private Output output;
    @Mixin private KafkaOptions kafka;

    private record All(List<Told> models) implements Result {
      @Override
      public String text() {
        return models.isEmpty()
            ? "no models"
            : models.stream().map(Told::text).collect(Collectors.joining("\n"));
      }
    }

    @Override
    public Integer call() {
      output.result(
          new All(
              kafka.control(output).models().values().stream()
                  .map(model -> Told.of("", model))
                  .toList()));
      return 0;
    }
  }

  @Command(
      name = "withdraw",
      description =
          "Withdraw a model from running edge jobs. They refuse its requests from then on.")
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
        throw BadInputException.about("Withdrawing model " + id)
            .expected("a published model")
            .found("none with this fingerprint");
      }
      model.setStatus(ModelStatus.WITHDRAWN);
      topics.put(model);
      output.result(Told.of("withdrawn ", model));
      return 0;
    }
  }
}
