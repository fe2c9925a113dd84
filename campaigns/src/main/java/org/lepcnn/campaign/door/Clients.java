/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.door;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.json.Json;

/**
 * Clients of the door, each on a thread of its own. A client asks under an id until it is answered:
 * after a refusal that says when, and after a connection that broke, it sends the same again. Every
 * so often it sends once more what is answered already.
 */
final class Clients {
  private static final int OK = 200;
  private static final Set<Integer> LATER = Set.of(429, 503);
  private static final int REPEATED = 20;

  private final CampaignModel model;
  private final URI infer;
  private final int requests;
  private final List<Thread> threads = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger next = new AtomicInteger();
  private final Set<Long> passes = ConcurrentHashMap.newKeySet();
  final AtomicInteger answered = new AtomicInteger();
  final AtomicInteger exact = new AtomicInteger();
  final AtomicInteger repetitions = new AtomicInteger();
  final AtomicInteger sameAnswers = new AtomicInteger();
  final AtomicInteger refusals = new AtomicInteger();
  final AtomicInteger broken = new AtomicInteger();
  private volatile String firstFailure;

  Clients(CampaignModel model, URI infer, int requests) {
    this.model = model;
    this.infer = infer;
    this.requests = requests;
  }

  void start(int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::askAll, "campaign-client-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** Whether every client has come to its end. */
  boolean ended() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  int distinctPasses() {
    return passes.size();
  }

  long highestPass() {
    return passes.stream().mapToLong(Long::longValue).max().orElse(-1);
  }

  String firstFailure() {
    return firstFailure;
  }

  private void askAll() {
    for (int i = next.getAndIncrement(); i < requests; i = next.getAndIncrement()) {
      try {
        ask(i);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        fail(i, e.toString());
      }
      answered.incrementAndGet();
    }
  }

  private void ask(int number) throws InterruptedException {
    int input = number % model.size();
    HttpRequest request =
        HttpRequest.newBuilder(infer).POST(BodyPublishers.ofString(body(number, input))).build();
    HttpResponse<String> response = answer(request);
    if (response.statusCode() != OK) {
      fail(number, response.statusCode() + " " + response.body());
      return;
    }
    Json json = Json.parse(response.body());
    boolean right =
        json.at("id").asText().equals(id(number)) && model.isExact(input, outputs(json));
    if (right) {
      exact.incrementAndGet();
    } else {
      fail(number, "another answer than the plain integer network's");
    }
    if (!passes.add(json.at("parameters").at("pass").asLong())) {
      fail(number, "a pass that another id has");
    }
    if (number % REPEATED == 0) {
      repetitions.incrementAndGet();
      sameAnswers.addAndGet(answer(request).body().equals(response.body()) ? 1 : 0);
    }
  }

  /** The first answer that is no "later". */
  private HttpResponse<String> answer(HttpRequest request) throws InterruptedException {
    while (true) {
      try {
        HttpResponse<String> response =
            client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        OptionalLong seconds = response.headers().firstValueAsLong("Retry-After");
        if (!LATER.contains(response.statusCode()) || seconds.isEmpty()) {
          return response;
        }
        refusals.incrementAndGet();
        TimeUnit.SECONDS.sleep(seconds.getAsLong());
      } catch (IOException e) {
        broken.incrementAndGet();
        TimeUnit.SECONDS.sleep(1);
      }
    }
  }

  private void fail(int number, String why) {
    if (firstFailure == null) {
      firstFailure = id(number) + ": " + why;
    }
  }

  private static String id(int number) {
    return "request-" + number;
  }

  private String body(int number, int input) {
    List<String> inputs = new ArrayList<>();
    model
        .input(input)
        .forEach(
            (name, tensor) ->
                inputs.add(
                    "{\"name\":\"%s\",\"datatype\":\"FP32\",\"shape\":%s,\"data\":%s}"
                        .formatted(
                            name,
                            Arrays.toString(tensor.shape()),
                            Arrays.toString(tensor.floats()))));
    return "{\"id\":\"" + id(number) + "\",\"inputs\":[" + String.join(",", inputs) + "]}";
  }

  private static Map<String, HostTensor> outputs(Json answer) {
    Map<String, HostTensor> outputs = new HashMap<>();
    for (Json output : answer.at("outputs").items()) {
      List<Json> data = output.at("data").items();
      float[] values = new float[data.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) data.get(i).asDouble();
      }
      long[] shape = output.at("shape").items().stream().mapToLong(Json::asLong).toArray();
      outputs.put(output.at("name").asText(), HostTensor.of(values, shape));
    }
    return outputs;
  }
}
