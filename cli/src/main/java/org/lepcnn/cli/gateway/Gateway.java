/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.lepcnn.cli.data.Inputs;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.session.HostTensor;
import org.lepcnn.device.session.PassResult;
import org.lepcnn.device.vector.VectorUnit;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;

/** The sessions of a gateway over one transport. */
final class Gateway implements AutoCloseable {
  private static final double NANOS_PER_MILLI = 1e6;

  private final EdgeTransport transport;
  private final Map<String, GatewaySession> sessions = new TreeMap<>();

  private Gateway(EdgeTransport transport) {
    this.transport = transport;
  }

  /** Connects and opens all sessions, or none; the code of every model is warm then. */
  static Gateway open(GatewayConfig config) {
    return open(config, KafkaEdgeTransport.open(config.transport()));
  }

  /** Opens all sessions on a transport, which is closed with the gateway, or none. */
  static Gateway open(GatewayConfig config, EdgeTransport transport) {
    Gateway gateway = new Gateway(transport);
    try {
      config
          .sessions()
          .forEach(
              (name, session) ->
                  gateway.sessions.put(name, GatewaySession.open(session, config, transport)));
      gateway.warmUp();
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** One session of each model: the others run the same code on the same shapes. */
  private void warmUp() {
    Map<Fingerprint, GatewaySession> models = new HashMap<>();
    sessions.values().forEach(session -> models.putIfAbsent(session.fingerprint(), session));
    models.values().forEach(GatewaySession::warmUp);
  }

  /** The line that says that it is ready. */
  Json ready() {
    Json.JsonArray list = Json.array();
    sessions.forEach(
        (name, session) ->
            list.add(
                Json.object()
                    .put("session", name)
                    .put("device", session.device())
                    .put("model", session.model().modelName())));
    return Json.object()
        .put("ready", true)
        .put("loops", VectorUnit.description())
        .put("sessions", list);
  }

  /**
   * Runs the inputs of a file; there is one answer for each of its rows, in any order. A file that
   * cannot be read is answered with its error, after a pass that the edge cannot tell from others.
   *
   * @param name a session's name, or the id of a device with one session
   * @param id of the request, repeated in the answers; may be null
   * @param answers is told of each answer, from several threads
   * @return completes when all answers are there
   */
  CompletableFuture<Void> run(String name, String id, Path file, Consumer<Json> answers)
      throws InterruptedException {
    GatewaySession session;
    try {
      session = find(name);
    } catch (BadInputException e) {
      answers.accept(failed(head(id, name, file.toString()), e));
      return CompletableFuture.completedFuture(null);
    }
    List<CompletableFuture<?>> pending = new ArrayList<>();
    try {
      for (Inputs.Input input : session.read(file)) {
        Json.JsonObject head = head(id, session.device(), input.name());
        pending.add(tell(session.submit(input), head, answers));
      }
    } catch (LepcnnException e) {
      Json.JsonObject head = head(id, session.device(), file.toString());
      pending.add(tell(session.submitRefused(e), head, answers));
    }
    return CompletableFuture.allOf(pending.toArray(new CompletableFuture<?>[0]));
  }

  private static CompletableFuture<?> tell(
      CompletableFuture<PassResult> pass, Json.JsonObject head, Consumer<Json> answers) {
    return pass.handle(
        (result, failure) -> {
          answers.accept(failure == null ? answer(head, result) : failed(head, failure));
          return null;
        });
  }

  @Override
  public void close() {
    sessions.values().forEach(GatewaySession::close);
    transport.close();
  }

  private GatewaySession find(String name) {
    GatewaySession found = sessions.get(name);
    for (GatewaySession session : found == null ? sessions.values() : List.<GatewaySession>of()) {
      if (session.device().equals(name)) {
        if (found != null) {
          throw new BadInputException(
              "Device " + name + " has several sessions: expected the name of one of them.");
        }
        found = session;
      }
    }
    if (found == null) {
      throw new BadInputException(
          "Expected a session or device of this gateway, of "
              + sessions.keySet()
              + "; found '"
              + name
              + "'.");
    }
    return found;
  }

  private static Json.JsonObject head(String id, String device, String input) {
    Json.JsonObject head = Json.object();
    if (id != null) {
      head.put("id", id);
    }
    return head.put("device", device).put("input", input);
  }

  private static Json answer(Json.JsonObject head, PassResult result) {
    Json.JsonObject outputs = Json.object();
    result
        .outputs()
        .forEach(
            (name, tensor) -> {
              if (tensor.onnxType() == HostTensor.FLOAT) {
                Json.JsonArray values = Json.array();
                for (float value : tensor.floats()) {
                  values.add(value);
                }
                outputs.put(name, values);
              }
            });
    return head.put("pass", result.pass())
        .put("millis", result.timings().totalNanos() / NANOS_PER_MILLI)
        .put("outputs", outputs);
  }

  /** A failure without what the application must not see of it: its kind and its message. */
  static Json failed(Json.JsonObject head, Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof LepcnnException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return head.put("error", cause.getClass().getSimpleName())
        .put("message", String.valueOf(cause.getMessage()));
  }
}
