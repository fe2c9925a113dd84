/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.gateway.Answer;
import org.lepcnn.gateway.FolderInputs;
import org.lepcnn.gateway.Gateway;
import org.lepcnn.gateway.GatewayConfig;
import org.lepcnn.gateway.LineInputs;
import org.lepcnn.gateway.http.HttpDoor;
import org.lepcnn.gateway.mqtt.MqttDoor;
import org.lepcnn.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lepcnn gateway}. */
@Command(
    name = "gateway",
    description = {
      "Run private passes for devices until the process is stopped, or standard input ends and no"
          + " door is open.",
      "Requests are lines of JSON on standard input, {\"device\":..,\"input\":FILE}, or files in"
          + " the folders of --watch. Answers are lines of JSON on standard output.",
      "With http.port in the configuration it serves the Open Inference Protocol over HTTP, too,"
          + " with mqtt.host it answers what sensors publish to an MQTT broker."
    })
public final class GatewayCommand implements Callable<Integer> {
  private static final long STOP_SECONDS = 45;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description =
          "A properties file with the gateway's name, the broker, and each device's folders; see"
              + " docs/operations/gateway.md.")
  private Path config;

  @Option(
      names = "--watch",
      paramLabel = "DIR",
      description = "Read the files that appear in DIR/DEVICE instead of standard input.")
  private Path watch;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  /** The output is JSON in any case. */
  @Option(names = "--json", description = "Accepted for consistency; the output is always JSON.")
  void json(boolean ignored) {
    // nothing to choose
  }

  @Override
  public Integer call() throws Exception {
    if (watch != null && !Files.isDirectory(watch)) {
      throw BadInputException.about("--watch").expected("a folder").found(watch);
    }
    GatewayConfig read = GatewayConfig.read(config);
    Gateway gateway = Gateway.open(read);
    CompletableFuture<Void> served = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(served, closed), "lepcnn-gateway-stop"));
    try (gateway;
        HttpDoor http = read.http() == null ? null : HttpDoor.open(read, gateway);
        MqttDoor mqtt = read.mqtt() == null ? null : MqttDoor.open(read, gateway)) {
      URI httpAddress = http == null ? null : http.address();
      URI mqttAddress = mqtt == null ? null : mqtt.address();
      out.println(Json.write(gateway.ready(httpAddress, mqttAddress)));
      boolean door = http != null || mqtt != null;
      Thread reader = new Thread(() -> serve(gateway, door, served), "lepcnn-gateway-inputs");
      reader.setDaemon(true); // reading standard input cannot be interrupted
      reader.start();
      served.join();
      return 0;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : e;
    } finally {
      closed.countDown();
    }
  }

  /**
   * Reads inputs; their end is the end of the gateway's work.
   *
   * @param door whether requests come by a door as well, and may after that end
   */
  private void serve(Gateway gateway, boolean door, CompletableFuture<Void> served) {
    try {
      if (watch != null) {
        new FolderInputs(watch, gateway, this::print).run();
      } else {
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new LineInputs(gateway, this::print).run(in);
      }
      if (!door) {
        served.complete(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      served.complete(null);
    } catch (IOException e) {
      served.completeExceptionally(
          EnvironmentException.about("Reading standard input").expected("lines").found(e));
    } catch (RuntimeException e) {
      served.completeExceptionally(e);
    }
  }

  private synchronized void print(Answer answer) {
    out.println(answer.json());
  }

  /** Runs when the process is stopped: sessions close cleanly, so that no pass is lost. */
  private static void stop(CompletableFuture<Void> served, CountDownLatch closed) {
    served.complete(null);
    try {
      boolean unused = closed.await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
