/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.page;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lepcnn.json.Json;

/**
 * A browser without a window: the Chromium that is installed, spoken to by its DevTools protocol.
 * It ends with {@link #close}, or else with this process.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final Pattern ADDRESS = Pattern.compile("DevTools listening on (ws://\\S+)");
  private static final long LIMIT_SECONDS = 300;

  private final Process process;
  private final Path profile;
  private final Thread end;
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Json>> calls = new ConcurrentHashMap<>();
  private final List<Consumer<Json>> listeners = new CopyOnWriteArrayList<>();

  private Browser(Process process, Path profile, URI address) {
    this.process = process;
    this.profile = profile;
    this.end = new Thread(() -> kill(process));
    Runtime.getRuntime().addShutdownHook(end);
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(address, new Messages())
            .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
            .join();
  }

  /** Whether there is one, by the names under which {@code PATH} has them. */
  public static boolean isInstalled() {
    return executable().isPresent();
  }

  private static Optional<Path> executable() {
    return NAMES.stream()
        .flatMap(
            name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it. */
  public static Browser open() {
    try {
      Path profile = Files.createTempDirectory("lepcnn-browser");
      Process process =
          new ProcessBuilder(
                  executable().orElseThrow().toString(),
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--hide-scrollbars",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile,
                  "about:blank")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return new Browser(process, profile, address(process));
      } catch (RuntimeException e) {
        kill(process);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The browser says on standard error where it listens; what follows there is thrown away. */
  private static URI address(Process process) throws IOException {
    BufferedReader lines = process.errorReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        Thread rest = new Thread(() -> lines.lines().forEach(ignored -> {}));
        rest.setDaemon(true);
        rest.start();
        return URI.create(address.group(1));
      }
      said.append(line).append('\n');
    }
    throw new IllegalStateException("The browser ended: " + said);
  }

  /** A new page. */
  public BrowserPage page() {
    String target =
        call(null, "Target.createTarget", Map.of("url", "about:blank")).at("targetId").asText();
    Json attached =
        call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true));
    return new BrowserPage(this, attached.at("sessionId").asText());
  }

  /** Calls a method of the protocol and waits for its result. */
  Json call(String session, String method, Map<String, ?> parameters) {
    int id = lastId.incrementAndGet();
    CompletableFuture<Json> answer = new CompletableFuture<>();
    calls.put(id, answer);
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (session != null) {
      message.put("sessionId", session);
    }
    synchronized (socket) {
      socket.sendText(Json.write(message), true).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
    return await(answer, method);
  }

  /** Hands on the events of all pages. */
  void listen(Consumer<Json> listener) {
    listeners.add(listener);
  }

  static <T> T await(CompletableFuture<T> future, String what) {
    try {
      return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(what, e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(what, e);
    }
  }

  private void take(Json message) {
    if (!message.has("id")) {
      listeners.forEach(listener -> listener.accept(message));
      return;
    }
    CompletableFuture<Json> call = calls.remove((int) message.at("id").asLong());
    if (message.has("error")) {
      call.completeExceptionally(
          new IllegalStateException(message.at("error").at("message").asText()));
    } else {
      call.complete(message.at("result"));
    }
  }

  @Override
  public void close() {
    socket.abort();
    kill(process);
    Runtime.getRuntime().removeShutdownHook(end);
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException | UncheckedIOException e) {
      profile.toFile().deleteOnExit(); // what is left of a profile harms no test
    }
  }

  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }

  /** Puts the parts of messages together. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        Json message = Json.parse(text.toString());
        text.setLength(0);
        take(message);
      }
      from.request(1);
      return null;
    }
  }
}
