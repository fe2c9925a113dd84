/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.deployments.LocalLayout;

/**
 * Triton's Java client, in a JVM of its own: its jar holds other versions of libraries that are
 * used here. {@code StockClientMain.java} beside this class says what it asks and prints.
 */
public final class StockClient {
  private static final String PROGRAM = "StockClientMain.java";

  private StockClient() {}

  /**
   * Asks.
   *
   * @param folder for its program and its log
   * @return the lines that it prints
   */
  public static List<String> ask(Path folder, URI door, String... requests) throws Exception {
    Path program = folder.resolve(PROGRAM);
    try (InputStream in = StockClient.class.getResourceAsStream(PROGRAM)) {
      Files.write(program, in.readAllBytes());
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", jar().toString()));
    command.addAll(List.of(program.toString(), door.getHost() + ":" + door.getPort()));
    command.addAll(List.of(requests));
    Path log = folder.resolve("stock-client.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(() -> text(log)).isZero();
    return output.lines().toList();
  }

  /** The build copies it there. */
  private static Path jar() {
    return LocalLayout.find().home().resolve("gateway/target/stock-client/java-api.jar");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
