/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Phaser;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Json;

/**
 * Requests as lines of JSON, {@code {"device":"meter-17","input":"file.npy","id":"42"}}; {@code id}
 * may be absent. A line that is none of these is answered with an error and changes nothing.
 */
final class LineInputs {
  private static final int MAX_LINE = 1 << 16;
  private static final Set<String> MEMBERS = Set.of("device", "input", "id");

  private final Gateway gateway;
  private final Consumer<Json> answers;

  LineInputs(Gateway gateway, Consumer<Json> answers) {
    this.gateway = gateway;
    this.answers = answers;
  }

  /** Reads until the end, then waits for the last answers. */
  void run(BufferedReader in) throws IOException, InterruptedException {
    Phaser open = new Phaser(1);
    String line = readLine(in);
    while (line != null) {
      if (!line.isBlank()) {
        open.register();
        var unused = handle(line).whenComplete((done, failure) -> open.arriveAndDeregister());
      }
      line = readLine(in);
    }
    open.arriveAndAwaitAdvance();
  }

  private CompletableFuture<Void> handle(String line) throws InterruptedException {
    try {
      org.lepcnn.deployments.Json request = org.lepcnn.deployments.Json.parse(line);
      if (!MEMBERS.containsAll(request.names())) {
        throw new BadInputException("expected " + MEMBERS + "; found " + request.names());
      }
      String id = request.has("id") ? request.at("id").asText() : null;
      Path file = Path.of(request.at("input").asText());
      return gateway.run(request.at("device").asText(), id, file, answers);
    } catch (IllegalArgumentException | BadInputException | CompletionException e) {
      String what = e instanceof InvalidPathException ? "the input is no path" : e.getMessage();
      answers.accept(
          Gateway.failed(
              Json.object(), new BadInputException("Reading a line of input: " + what + ".")));
      return CompletableFuture.completedFuture(null);
    }
  }

  /** A line of bounded length; what is longer is cut, and so is no JSON. */
  private static String readLine(BufferedReader in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (line.length() < MAX_LINE) {
        line.append((char) next);
      }
      next = in.read();
    }
    return line.toString();
  }
}
