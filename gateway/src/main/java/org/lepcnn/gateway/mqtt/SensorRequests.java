/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.protocol.ClientPlaces;
import org.lepcnn.gateway.protocol.InferRequest;
import org.lepcnn.gateway.protocol.RecentAnswers;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.RequestPasses;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * Answers messages. Each is acknowledged when its answer is at the broker, or was refused by it;
 * what goes wrong with one touches no other. No thread waits for a pass.
 */
final class SensorRequests {
  private final DoorTopics topics;
  private final Limits limits;
  private final Map<String, ServedModel> models = new TreeMap<>();
  private final ClientPlaces places;
  private final RequestPasses passes;
  private final Deliveries deliveries;
  private final Executor readers;
  private final Function<Reply, CompletableFuture<Boolean>> sender;
  private volatile boolean closing;

  /**
   * What sensors may do.
   *
   * @param payloadBytes the most bytes of a payload
   * @param inFlight the most messages that are under way
   * @param clientRequests the most of them with one response topic
   */
  record Limits(int payloadBytes, int inFlight, int clientRequests) {}

  /**
   * @param deliveries knows what is under way
   * @param recent answers for messages that are published again
   * @param readers read payloads and build answers
   * @param sender publishes a reply; whether the broker has taken or refused it, and does not get
   *     it again
   */
  SensorRequests(
      DoorTopics topics,
      Limits limits,
      List<ServedModel> models,
      Deliveries deliveries,
      RecentAnswers recent,
      Executor readers,
      Function<Reply, CompletableFuture<Boolean>> sender) {
    this.topics = topics;
    this.limits = limits;
    models.forEach(model -> this.models.put(model.name(), model));
    this.places = new ClientPlaces(limits.clientRequests(), "mqtt.client.requests");
    this.passes = new RequestPasses(recent, readers);
    this.deliveries = deliveries;
    this.readers = readers;
    this.sender = sender;
  }

  /**
   * Begins to answer a message.
   *
   * @param acknowledge tells the broker that it is done with
   */
  void take(SensorMessage message, Runnable acknowledge) {
    if (closing) {
      return; // the broker keeps it for the next gateway
    }
    if (message.retained()) {
      acknowledge.run(); // published for whoever comes later, which no request is
      return;
    }
    Deliveries.Delivery delivery = deliveries.arrived(message.digest(), acknowledge);
    if (delivery == null) {
      return;
    }
    var unused =
        answer(message, delivery)
            .thenCompose(sender)
            .whenComplete(
                (sent, failure) -> {
                  if (failure == null && sent) {
                    deliveries.done(delivery);
                  } else {
                    deliveries.abandoned(delivery);
                  }
                });
  }

  private CompletableFuture<Reply> answer(SensorMessage message, Deliveries.Delivery delivery) {
    String session = topics.session(message.topic());
    String answers = topics.answers(session);
    String topic = message.responseTopic() == null ? answers : message.responseTopic();
    try {
      topics.checkResponse(topic);
      requireRoom(message);
      ServedModel model = find(session);
      places.take(topic);
      return CompletableFuture.supplyAsync(() -> PayloadReader.read(model, message), readers)
          .thenCompose(
              request -> passes.answer(model, request, key(model, message, request, delivery)))
          .exceptionally(Statuses::answer)
          .whenComplete((answer, failure) -> places.giveBack(topic))
          .thenApply(answer -> new Reply(topic, message.correlation(), answer));
    } catch (RuntimeException e) {
      // such as a response topic that is none
      boolean usable = isUsable(topic);
      return CompletableFuture.completedFuture(
          new Reply(usable ? topic : answers, message.correlation(), Statuses.answer(e)));
    }
  }

  private boolean isUsable(String topic) {
    try {
      topics.checkResponse(topic);
      return true;
    } catch (RefusedRequestException e) {
      return false;
    }
  }

  /** What need not be acknowledged has no bound at the broker. */
  private void requireRoom(SensorMessage message) {
    if (message.payload().length > limits.payloadBytes()) {
      throw RefusedRequestException.about(Statuses.TOO_LARGE, "Payload of a request")
          .expected("at most " + limits.payloadBytes() + " bytes")
          .found("more", "Send binary tensors, or raise mqtt.payload.bytes.");
    }
    if (!message.acknowledged() && deliveries.underWay() > limits.inFlight()) {
      throw RefusedRequestException.about(Statuses.UNAVAILABLE, "Request of quality of service 0")
          .expected("at most " + limits.inFlight() + " requests under way")
          .found("more", "Publish with quality of service 1, and the broker keeps what must wait.");
    }
  }

  private ServedModel find(String session) {
    ServedModel model = models.get(session);
    if (model == null) {
      throw RefusedRequestException.about(Statuses.NOT_FOUND, "Request")
          .expected("one of the sessions " + models.keySet())
          .found("'" + Printable.name(session) + "'");
    }
    return model;
  }

  /**
   * What a message has in common with those that repeat it: all of it, when its publisher marks it
   * as one of its own. Without such a mark only its redeliveries do.
   */
  private static ByteBuffer key(
      ServedModel model,
      SensorMessage message,
      InferRequest request,
      Deliveries.Delivery delivery) {
    boolean marked = message.correlation() != null || request.id() != null;
    String client = marked ? message.identity() : "delivery " + delivery.number();
    return RecentAnswers.key(client, model, message.payload(), PayloadReader.jsonBytes(message));
  }

  /** Takes no more messages; those that come stay at the broker. */
  void close() {
    closing = true;
  }
}
