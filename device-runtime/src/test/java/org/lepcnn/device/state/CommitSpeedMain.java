/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.FileSystemStore;
import org.lepcnn.device.file.SecretFiles;

/**
 * How long a reservation takes to be durable in a folder, beside the same file replaced without
 * overwriting the former one: {@code CommitSpeedMain FOLDER}. Both alternate; prints medians.
 */
public final class CommitSpeedMain {
  private static final int TURNS = 500;

  private CommitSpeedMain() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory(Path.of(args[0]), "commit-speed");
    FileSystemStore disk = new FileSystemStore();
    double[] reservations = new double[TURNS];
    double[] replacements = new double[TURNS];
    try (DeviceState state = Grants.init(folder)) {
      byte[] bytes = Files.readAllBytes(Grants.chainFolder(folder).resolve(StateFile.NAME));
      for (int i = 0; i < reservations.length; i++) {
        reservations[i] = millis(() -> state.reserve(16));
        replacements[i] = millis(() -> replace(disk, folder.resolve("plain"), bytes));
      }
    }
    System.out.printf(
        "reservation %.2f ms, without overwriting %.2f ms%n",
        median(reservations), median(replacements));
  }

  private static void replace(DurableStore disk, Path file, byte[] bytes) throws IOException {
    Path temporary = SecretFiles.temporary(file);
    disk.write(temporary, bytes);
    disk.syncFile(temporary);
    disk.rename(temporary, file);
    disk.syncFolder(file.getParent());
  }

  private interface Step {
    void run() throws IOException;
  }

  private static double millis(Step step) throws IOException {
    long before = System.nanoTime();
    step.run();
    return (System.nanoTime() - before) / 1e6;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
