/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time of the JIT compilers of a JVM, from Linux's files about its threads. */
final class CompilerTime {
  /** Linux counts in hundredths of a second on every architecture that Java runs on. */
  private static final double TICK_MILLIS = 10;

  /** Of the fields behind the thread's name: those before the time in user mode. */
  private static final int FIELDS_BEFORE_TIMES = 11;

  private CompilerTime() {}

  /**
   * What all compiler threads that are alive have used, in milliseconds; NaN where the operating
   * system does not tell.
   */
  static double millis(long pid) {
    double ticks = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads) {
        ticks += ticks(Files.readString(thread.resolve("stat")));
      }
    } catch (IOException e) {
      return Double.NaN;
    }
    return ticks * TICK_MILLIS;
  }

  /**
   * @param stat {@code number (name) state ... user-time system-time ...}; 0 for other threads
   */
  static long ticks(String stat) {
    int nameEnd = stat.lastIndexOf(')');
    String name = stat.substring(stat.indexOf('(') + 1, nameEnd);
    if (!name.startsWith("C1 Compiler") && !name.startsWith("C2 Compiler")) {
      return 0;
    }
    String[] fields = stat.substring(nameEnd + 2).split(" ");
    return Long.parseLong(fields[FIELDS_BEFORE_TIMES])
        + Long.parseLong(fields[FIELDS_BEFORE_TIMES + 1]);
  }
}
