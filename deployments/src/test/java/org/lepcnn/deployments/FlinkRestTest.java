/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;

class FlinkRestTest {
  private final Map<String, String> pages = new ConcurrentHashMap<>();
  private final Map<String, String> next = new ConcurrentHashMap<>();
  private HttpServer server;
  private FlinkRest rest;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    rest = new FlinkRest(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aJobRuns_onlyWhenAllItsTasksDo() {
    pages.put("/jobs/j", job("RUNNING", "RUNNING", "DEPLOYING"));
    assertThat(rest.isRunning("j")).isFalse();
    assertThat(rest.jobState("j")).isEqualTo("RUNNING");
    pages.put("/jobs/j", job("RUNNING", "RUNNING", "RUNNING"));
    assertThat(rest.isRunning("j")).isTrue();
  }

  @Test
  void checkpointStatistics_areThoseOfTheLargest() {
    pages.put(
        "/jobs/j/checkpoints",
        """
        {"counts":{"restored":0,"total":3,"in_progress":0,"completed":2,"failed":1},
         "summary":{"checkpointed_size":{"max":5},"state_size":{"min":7,"max":4711,"avg":9}}}
        """);
    assertThat(rest.checkpoints("j")).isEqualTo(new FlinkRest.CheckpointStats(2, 1, 4711));
  }

  @Test
  void theRestartCount_isAwaitedUntilThereIsOne() {
    String page = "/jobs/j/metrics?get=numRestarts";
    pages.put(page, "[]");
    next.put(page, "[{\"id\":\"numRestarts\",\"value\":\"3\"}]");
    assertThat(rest.restarts("j")).isEqualTo(3);
  }

  @Test
  void anUnknownJob_isAnEnvironmentErrorWithFlinksAnswer() {
    assertThatThrownBy(() -> rest.jobState("unknown"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("status 404")
        .hasMessageContaining("no such page");
  }

  @Test
  void aWait_isBounded() {
    assertThatThrownBy(() -> rest.await(() -> false, Duration.ofMillis(10), "nothing"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected nothing within");
  }

  @Test
  void aServerThatIsGone_isNotUp() {
    pages.put("/overview", "{}");
    assertThat(rest.isUp()).isTrue();
    server.stop(0);
    assertThat(rest.isUp()).isFalse();
  }

  private static String job(String state, String first, String second) {
    return "{\"state\":\"%s\",\"vertices\":[{\"status\":\"%s\"},{\"status\":\"%s\"}]}"
        .formatted(state, first, second);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String page = pages.get(exchange.getRequestURI().toString());
    next.forEach(pages::put);
    byte[] body = (page == null ? "no such page" : page).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(page == null ? 404 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
