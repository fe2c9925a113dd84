/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * Attempts that may take their process down, made in child JVMs. A child that dies, takes too much
 * memory, or does not get on with an attempt costs that attempt and is a finding; the next child
 * goes on behind it.
 */
public final class FuzzCampaign {
  /** Attempts of one child: what native libraries keep for themselves does not add up forever. */
  private static final long PIECE = 20_000;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MOST_FINDINGS = 100;

  private final ProcessSpec child;
  private final Path folder;
  private final Limits limits;
  private final List<String> findings = new ArrayList<>();
  private final List<Long> deaths = new ArrayList<>();
  private final FuzzProgress progress;

  /**
   * What one attempt may take.
   *
   * @param time without getting to the next attempt
   * @param residentBytes of the child
   */
  public record Limits(Duration time, long residentBytes) {}

  /**
   * @param child its main class calls {@link FuzzChild#run}; its arguments are made here
   * @param folder empty; the child's progress and findings are kept there
   */
  public FuzzCampaign(ProcessSpec child, Path folder, Limits limits) throws IOException {
    this.child = child;
    this.folder = folder;
    this.limits = limits;
    this.progress = new FuzzProgress(folder.resolve(FuzzChild.PROGRESS));
  }

  /** Makes the attempts with the numbers from {@code from} until below {@code to}. */
  public void run(long seed, long from, long to) throws IOException {
    long next = from;
    while (next < to && findings.size() < MOST_FINDINGS) {
      long end = Math.min(to, next + PIECE);
      progress.setNumber(next);
      String failure = runChild(seed, next, end);
      if (failure != null) {
        findings.add("attempt " + progress.number() + " of seed " + seed + ": " + failure);
        end = progress.number() + 1;
      }
      next = end;
    }
    Path untyped = folder.resolve(FuzzChild.FINDINGS);
    if (Files.exists(untyped)) {
      findings.add(Files.readString(untyped, StandardCharsets.UTF_8));
    }
  }

  /** What went wrong, one text each. */
  public List<String> findings() {
    return findings;
  }

  /** The attempts that killed their process; they are among the findings. */
  public List<Long> deaths() {
    return deaths;
  }

  public long taken() {
    return progress.taken();
  }

  public long refused() {
    return progress.refused();
  }

  /** Null when the child did all its attempts. */
  private String runChild(long seed, long from, long to) {
    List<String> arguments =
        List.of(folder.toString(), Long.toString(seed), Long.toString(from), Long.toString(to));
    ProcessSpec spec =
        new ProcessSpec(
            child.name(),
            child.classPath(),
            child.mainClass(),
            arguments,
            child.jvmArguments(),
            child.environment(),
            child.log());
    try (ManagedProcess process = ManagedProcess.start(spec)) {
      String failure = watch(process);
      if (failure != null) {
        process.kill();
        return failure;
      }
      int status = process.awaitExit(limits.time());
      if (status == 0) {
        return null;
      }
      deaths.add(progress.number());
      return "the process died with status " + status + "\n" + process.logTail();
    }
  }

  private String watch(ManagedProcess process) {
    long number = progress.number();
    long since = System.nanoTime();
    while (process.isAlive()) {
      pause();
      if (progress.number() != number) {
        number = progress.number();
        since = System.nanoTime();
      } else if (System.nanoTime() - since > limits.time().toNanos()) {
        return "not done after " + limits.time();
      }
      long resident = residentBytes(process.pid());
      if (resident > limits.residentBytes()) {
        return "the process took " + resident + " bytes";
      }
    }
    return null;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while watching a fuzz process.", e);
    }
  }

  private static long residentBytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException e) {
      return 0; // it has just ended, or the system does not tell
    }
    return 0;
  }
}
