/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.gateway.HttpSettings;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;
import org.lepcnn.json.Json;

/** An open door on a free port, and a client of it. */
final class DoorFixture implements AutoCloseable {
  static final HttpDoor.Patience PATIENT =
      new HttpDoor.Patience(600_000, 600_000, 600_000, 600_000);

  private static final int MOST_TRIES = 100;

  final HttpDoor door;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  DoorFixture(HttpSettings settings, ServedModel... models) {
    this(settings, PATIENT, models);
  }

  DoorFixture(HttpSettings settings, HttpDoor.Patience patience, ServedModel... models) {
    this.door = HttpDoor.open(settings, List.of(models), () -> true, patience);
  }

  /** Settings of a door on this machine. */
  static HttpSettings settings() {
    return new HttpSettings(
        "127.0.0.1", 0, null, null, null, 1 << 20, 256, 64, 1, Duration.ofMinutes(5), 1 << 20);
  }

  static HttpSettings withToken(Path file) {
    return new HttpSettings(
        "127.0.0.1", 0, file, null, null, 1 << 20, 256, 64, 1, Duration.ofMinutes(5), 1 << 20);
  }

  /** Settings with other limits. */
  static HttpSettings limits(int bodyBytes, int connections, int clientRequests) {
    return new HttpSettings(
        "127.0.0.1",
        0,
        null,
        null,
        null,
        bodyBytes,
        connections,
        clientRequests,
        1,
        Duration.ofMinutes(5),
        1 << 20);
  }

  URI uri(String path) {
    return door.address().resolve(path);
  }

  HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  HttpRequest post(String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  HttpResponse<byte[]> infer(String model, String body, String... headers)
      throws IOException, InterruptedException {
    return infer(model, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  HttpResponse<byte[]> infer(String model, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send(post("/v2/models/" + model + "/infer", body, headers));
  }

  /**
   * The status of a request that a client sends again, as it should, when an impatient door found
   * it slow or ended its connection: a machine that is busy makes it so.
   */
  int statusInTheEnd(String model, String body) throws InterruptedException {
    int status = Statuses.TOO_SLOW;
    for (int tries = 0; status == Statuses.TOO_SLOW && tries < MOST_TRIES; tries++) {
      try {
        status = infer(model, body).statusCode();
      } catch (IOException e) {
        status = Statuses.TOO_SLOW;
      }
    }
    return status;
  }

  CompletableFuture<HttpResponse<byte[]>> inferAsync(String model, String body) {
    return client.sendAsync(
        post("/v2/models/" + model + "/infer", body.getBytes(StandardCharsets.UTF_8)),
        BodyHandlers.ofByteArray());
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static Json json(HttpResponse<byte[]> response) {
    return Json.parse(text(response));
  }

  static String error(HttpResponse<byte[]> response) {
    return json(response).at("error").asText();
  }

  @Override
  public void close() {
    door.close();
  }
}
