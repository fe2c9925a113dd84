/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.run;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.graph.Shapes;

/**
 * Keeps a model that is not trusted from taking all memory or time of the importer's process.
 *
 * <ul>
 *   <li>Before a run: the sizes of all values, as far as ONNX Runtime infers them while loading,
 *       may add up to {@link #maxBytes()}.
 *   <li>During a run, ten times a second: the run is ended, between two nodes, once the process has
 *       grown by more than that (where the system tells, in {@code /proc}), or when its time is up.
 * </ul>
 */
public final class RunLimits {
  /** Seconds that ONNX Runtime may take to run a model once; by default 600. */
  public static final String MAX_SECONDS_PROPERTY = "lepcnn.import.maxRunSeconds";

  /**
   * Bytes that all values of a model may take together; by default 8 GiB, or half of the memory.
   */
  public static final String MAX_BYTES_PROPERTY = "lepcnn.import.maxRunBytes";

  private static final long DEFAULT_MAX_BYTES = 8L << 30;

  private static final long DEFAULT_MAX_SECONDS = 600;
  private static final long POLL_MILLIS = 100;

  private RunLimits() {}

  public static Duration maxRun() {
    return Duration.ofSeconds(Long.getLong(MAX_SECONDS_PROPERTY, DEFAULT_MAX_SECONDS));
  }

  static long maxBytes() {
    return Long.getLong(MAX_BYTES_PROPERTY, defaultMaxBytes());
  }

  private static long defaultMaxBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.min(DEFAULT_MAX_BYTES, system.getTotalMemorySize() / 2)
        : DEFAULT_MAX_BYTES;
  }

  /**
   * Passes when the outputs of a model, as far as their sizes are known, are modest.
   *
   * @param what says what is done, for errors
   * @throws BadInputException when they are not
   */
  static void requireModest(String what, OrtSession session) throws OrtException {
    double total = 0;
    for (NodeInfo output : session.getOutputInfo().values()) {
      if (output.getInfo() instanceof TensorInfo tensor) {
        double bytes = bytes(tensor);
        total += bytes;
        if (total > maxBytes()) {
          throw BadInputException.about(what)
              .expected(
                  "that the values of the model take at most " + maxBytes() + " bytes together")
              .found(
                  "more, with "
                      + output.getName()
                      + " of the shape "
                      + Shapes.text(tensor.getShape()));
        }
      }
    }
  }

  /**
   * A lower bound; unknown dimensions (−1) count as 1. ONNX Runtime's inference counts in 32 bits
   * in places: any other negative dimension is one that has overflown.
   */
  private static double bytes(TensorInfo tensor) {
    double bytes = tensor.type.size;
    for (long dim : tensor.getShape()) {
      if (dim < -1) {
        return Double.POSITIVE_INFINITY;
      }
      bytes *= dim == -1 ? 1 : dim;
    }
    return bytes;
  }

  /**
   * The memory that a process has now.
   *
   * @param process its id, or {@code self}
   * @return 0 on a system that does not tell, or when there is no such process
   */
  public static long residentBytes(String process) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", process, "status"))) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /** Watches one run until it is closed. */
  static final class Watch implements AutoCloseable {
    private final Timer timer = new Timer("import-run-limit", true);
    private volatile String ended = "";

    Watch(OrtSession.RunOptions run, Duration maxRun) {
      long start = System.nanoTime();
      long residentAtStart = residentBytes("self");
      long period = Math.min(POLL_MILLIS, Math.max(1, maxRun.toMillis()));
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
              if (millis >= maxRun.toMillis()) {
                end(run, "it took longer than " + maxRun);
              } else if (residentBytes("self") - residentAtStart > maxBytes()) {
                end(run, "it took more than " + maxBytes() + " bytes of memory");
              }
            }
          },
          period,
          period);
    }

    /** Why the run was ended; empty when it was not. */
    String ended() {
      return ended;
    }

    private void end(OrtSession.RunOptions run, String reason) {
      try {
        ended = reason;
        run.setTerminate(true);
        timer.cancel();
      } catch (OrtException | IllegalStateException e) {
        timer.cancel(); // the run is over already
      }
    }

    @Override
    public void close() {
      timer.cancel();
    }
  }
}
