/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.text.BuildVersion;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.protocol.Datatype;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;
import org.lepcnn.json.Json;

/** The models of a door: what they are, and whether they are ready. */
final class ServedModels {
  private static final int OK = 200;
  private static final String READY = "ready";

  private final Map<String, ServedModel> models = new TreeMap<>();
  private final int readyPasses;
  private final BooleanSupplier broker;

  /**
   * @param readyPasses the least passes that a model that is ready has left
   * @param broker whether the broker is there; must not wait
   */
  ServedModels(List<ServedModel> models, int readyPasses, BooleanSupplier broker) {
    models.forEach(model -> this.models.put(model.name(), model));
    this.readyPasses = readyPasses;
    this.broker = broker;
  }

  /**
   * The model that a route names.
   *
   * @throws RefusedRequestException there is none of this name and version
   */
  ServedModel find(Route route) {
    ServedModel model = models.get(route.model());
    if (model == null) {
      throw RefusedRequestException.about(Statuses.NOT_FOUND, "Request")
          .expected("one of the models " + models.keySet())
          .found("'" + Printable.name(route.model()) + "'");
    }
    if (!route.version().isEmpty() && !route.version().equals(model.version())) {
      throw RefusedRequestException.about(Statuses.NOT_FOUND, "Request")
          .expected("version " + model.version() + " of model " + model.name())
          .found("'" + Printable.name(route.version()) + "'");
    }
    return model;
  }

  /** The door itself. */
  record Server(String name, String version, List<String> extensions) {}

  DoorAnswer server() {
    return DoorAnswer.json(
        OK,
        new Server("lepcnn", BuildVersion.get(), List.of("binary_tensor_data", "classification")));
  }

  DoorAnswer live() {
    return DoorAnswer.json(OK, Map.of("live", true));
  }

  /** Whether all models are ready; if not, why. */
  record Ready(@Nullable String name, boolean ready, @Nullable String reason) {
    private DoorAnswer answer() {
      return DoorAnswer.json(ready ? OK : Statuses.NOT_READY, this);
    }
  }

  DoorAnswer ready() {
    String reason = null;
    for (ServedModel model : models.values()) {
      reason = reason == null ? whyNotReady(model) : reason;
    }
    return new Ready(null, reason == null, reason).answer();
  }

  DoorAnswer ready(ServedModel model) {
    String reason = whyNotReady(model);
    return new Ready(model.name(), reason == null, reason).answer();
  }

  /** An entry of the index: a model, and whether it is ready; if not, why. */
  record Indexed(String name, String version, String state, @Nullable String reason) {}

  /**
   * All models with their state.
   *
   * @param body a JSON object, of which {@code ready} says whether only models that are ready are
   *     asked for; or empty
   * @throws RefusedRequestException the body is something else
   */
  DoorAnswer index(byte[] body) {
    boolean onlyReady = asksForReadyAlone(body);
    List<Indexed> entries = new ArrayList<>();
    for (ServedModel model : models.values()) {
      String reason = whyNotReady(model);
      if (reason == null || !onlyReady) {
        String state = reason == null ? "READY" : "UNAVAILABLE";
        entries.add(new Indexed(model.name(), model.version(), state, reason));
      }
    }
    return DoorAnswer.json(OK, entries);
  }

  /**
   * What {@code watch.js} shows.
   *
   * @param broker whether it is there
   */
  record Watched(
      String version,
      long seconds,
      long answered,
      Map<Integer, Long> refused,
      DoorFigures.@Nullable Millis millis,
      boolean broker,
      List<WatchedModel> models) {}

  /**
   * A model on the page.
   *
   * @param reason why it is not ready; null when it is
   */
  record WatchedModel(String name, String version, @Nullable String reason, long passesLeft) {}

  DoorAnswer watched(DoorFigures.Snapshot figures) {
    List<WatchedModel> all = new ArrayList<>();
    for (ServedModel model : models.values()) {
      all.add(
          new WatchedModel(model.name(), model.version(), whyNotReady(model), model.passesLeft()));
    }
    return DoorAnswer.json(
        OK,
        new Watched(
            BuildVersion.get(),
            figures.seconds(),
            figures.answered(),
            figures.refused(),
            figures.millis(),
            broker.getAsBoolean(),
            all));
  }

  private static boolean asksForReadyAlone(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    if (text.isBlank()) {
      return false;
    }
    try {
      Json asked = Json.parse(text);
      return asked.names().contains(READY) && asked.at(READY).asBoolean();
    } catch (IllegalArgumentException e) {
      throw RefusedRequestException.about(Statuses.BAD_REQUEST, "Request for the index")
          .expected("no body, or {\"ready\": true} or false")
          .found("another");
    }
  }

  private @Nullable String whyNotReady(ServedModel model) {
    if (model.quarantined()) {
      return "the edge failed the integrity checks of " + model.name() + " and is in quarantine";
    }
    if (model.passesLeft() < readyPasses) {
      return "the tables of " + model.name() + " run low";
    }
    return broker.getAsBoolean() ? null : "the broker is away";
  }

  /** A model, in the protocol's form. */
  record Metadata(
      String name,
      List<String> versions,
      String platform,
      List<Tensor> inputs,
      List<Tensor> outputs) {
    /** A value that it takes or gives. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, not a value to compare
    record Tensor(String name, Datatype datatype, long[] shape) {
      private static List<Tensor> of(List<ValueSpec> values) {
        return values.stream()
            .map(value -> new Tensor(value.name(), Datatype.of(value), value.shape()))
            .toList();
      }
    }
  }

  DoorAnswer metadata(ServedModel model) {
    return DoorAnswer.json(
        OK,
        new Metadata(
            model.name(),
            List.of(model.version()),
            "lepcnn",
            Metadata.Tensor.of(model.inputs()),
            Metadata.Tensor.of(model.outputs())));
  }
}
