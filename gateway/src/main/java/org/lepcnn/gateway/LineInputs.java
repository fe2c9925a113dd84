/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.json.Json;

/**
 * Requests as lines of JSON, {@code {"device":"meter-17","input":"file.npy","id":"42"}}; {@code id}
 * may be absent. A line that is none of these is answered with an error and changes nothing.
 *
 * <p>Lines for one device run in their order and apart from those for others. Reading waits while
 * {@value #MOST_OPEN} lines are not answered.
 */
public final class LineInputs {
  static final int MOST_OPEN = 1 << 14;

  private static final int MAX_LINE = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final Set<String> MEMBERS = Set.of("device", "input", "id");

  private final Gateway gateway;
  private final Consumer<Answer> answers;

  public LineInputs(Gateway gateway, Consumer<Answer> answers) {
    this.gateway = gateway;
    this.answers = answers;
  }

  /** Reads until the end, then waits for the last answers. */
  public void run(BufferedReader in) throws IOException, InterruptedException {
    Semaphore room = new Semaphore(MOST_OPEN);
    long number = 1;
    for (String line = readLine(in); line != null; line = readLine(in)) {
      String text = number == 1 && line.indexOf(BYTE_ORDER_MARK) == 0 ? line.substring(1) : line;
      if (!text.isBlank()) {
        room.acquire();
        var unused = handle(number, text).whenComplete((done, failure) -> room.release());
      }
      number++;
    }
    room.acquire(MOST_OPEN);
  }

  private CompletableFuture<List<Answer>> handle(long number, String line) {
    Request request = new Request(null, null, null, null);
    try {
      Json members = Json.parse(line);
      request =
          new Request(text(members, "id"), text(members, "device"), null, text(members, "input"));
      requireMembers(members);
      Path file = Path.of(request.path());
      return gateway.session(request.session()).run(request, () -> file, answers);
    } catch (IllegalArgumentException | BadInputException e) {
      String what = e instanceof InvalidPathException ? "the input is no path" : e.getMessage();
      Answer answer =
          request.failed(
              null, new BadInputException("Reading line " + number + " of input: " + what));
      answers.accept(answer);
      return CompletableFuture.completedFuture(List.of(answer));
    }
  }

  private static void requireMembers(Json members) {
    if (!MEMBERS.containsAll(members.names()) || !members.has("device") || !members.has("input")) {
      throw BadInputException.about("expected the members device, input and, if you like, id")
          .found(members.names());
    }
  }

  private static String text(Json members, String name) {
    return members.has(name) ? members.at(name).asText() : null;
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
