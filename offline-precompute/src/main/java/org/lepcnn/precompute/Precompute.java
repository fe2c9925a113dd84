/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.precompute.job.BatchCluster;
import org.lepcnn.precompute.job.KernelChoice;
import org.lepcnn.precompute.job.LocalCluster;
import org.lepcnn.precompute.job.PassRange;
import org.lepcnn.precompute.job.RemoteCluster;
import org.lepcnn.precompute.job.TableJob;
import org.lepcnn.precompute.job.TableSettings;
import org.lepcnn.precompute.job.WorkPlan;

/**
 * Makes decryption tables on the owner's machines.
 *
 * <p>A run first completes what an earlier, interrupted run had issued for the same output folder:
 * exactly the files that are missing, with the same passes under a fresh salt. Then it issues new
 * passes if asked, durably in the owner's ledger before anything else, and makes their tables. Both
 * are one Flink batch job, see {@link TableJob}, inside this process or on the owner's cluster.
 *
 * <p>An interruption at any instant, {@code kill -9} included, loses nothing and leaves complete
 * table files, at most one {@code .tmp} file per slot (which the next run deletes), and the
 * folder's order ({@link Order#FILE}), which goes when the last file is there. To finish without
 * issuing anything new, run again with 0 passes. Ending the process (Ctrl-C) or interrupting the
 * calling thread cancels the job and leaves no {@code .tmp} file either.
 *
 * <p>An output folder holds the tables of one chain. It may be emptied towards the device at any
 * time between runs; files taken away <em>during</em> an interrupted run are made again. While a
 * run is under way, the folder is locked against another one.
 *
 * <p>Errors: {@link BadInputException} for wrong options, files or an unprovisioned device; {@link
 * org.lepcnn.device.integrity.FaultyKernelException} (an environment's error) when the check before
 * sealing fails, and then that file is not published; {@link EnvironmentException} for a full disk
 * or an unreachable cluster, after a few attempts.
 */
public final class Precompute {
  private static final String LOCK_FILE = ".precompute.lock";

  private final PrecomputeOptions options;
  private final KernelChoice kernels;
  private final ProgressListener listener;

  private Precompute(PrecomputeOptions options, KernelChoice kernels, ProgressListener listener) {
    this.options = options;
    this.kernels = kernels;
    this.listener = listener;
  }

  /**
   * Runs to the end.
   *
   * @param listener hears the progress
   */
  public static PrecomputeResult run(PrecomputeOptions options, ProgressListener listener) {
    return run(options, KernelChoice.named(options.kernel()), listener);
  }

  static PrecomputeResult run(
      PrecomputeOptions options, KernelChoice kernels, ProgressListener listener) {
    return new Precompute(options, kernels, listener).run();
  }

  private PrecomputeResult run() {
    ModelBundle bundle = ModelBundle.read(options.bundle());
    if (bundle.plan().layers().isEmpty()) {
      createOutput(); // a device looks there
      return new PrecomputeResult(
          options.device(), bundle.fingerprint().toString(), List.of(), 0, 0, 0, 0, 0);
    }
    if (options.jobManager() == null) {
      LocalCluster.requireOwnName();
    } else {
      RemoteCluster.requireReachable(options.jobManager());
    }
    createOutput();
    try (ExclusiveLock lock =
        ExclusiveLock.acquire(
            options.output().resolve(LOCK_FILE), "the output folder " + options.output())) {
      return run(bundle);
    }
  }

  private PrecomputeResult run(ModelBundle bundle) {
    List<PassRange> ranges;
    long resumed;
    try (Passphrase given = Passphrase.ofEnvironment();
        OwnerFile owner =
            OwnerFile.open(
                options.ownerFile(), options.acceptPlain() ? given.acceptingPlain() : given)) {
      PassIssuer book = new PassIssuer(options, bundle.fingerprint(), owner);
      List<PassRange> owed = book.owed();
      ranges = new ArrayList<>(owed);
      resumed = new WorkPlan(owed).passes();
      FolderCheck check = new FolderCheck(options, bundle.fingerprint(), bundle.plan());
      check.requireOneChain(owed, book.currentChain());
      check.requireSpace(owed, options.passes());
      if (options.passes() > 0) {
        ranges.add(book.issue(owed));
      }
    }
    Progress done = make(bundle, new WorkPlan(ranges));
    Order.delete(options.output());
    return new PrecomputeResult(
        options.device(),
        bundle.fingerprint().toString(),
        ranges.stream()
            .map(r -> new PrecomputeResult.Range(r.chain(), r.first(), r.last()))
            .toList(),
        resumed,
        options.passes(),
        done.filesDone(),
        done.bytes(),
        done.seconds());
  }

  private Progress make(ModelBundle bundle, WorkPlan plan) {
    if (plan.files() == 0) {
      return new Progress(0, 0, 0, 0, 0, 0);
    }
    TableSettings settings =
        new TableSettings(
            options.ownerFile().toString(),
            options.bundle().toString(),
            options.output().toString(),
            options.device(),
            bundle.fingerprint().toString(),
            options.challengesPerLayer(),
            kernels);
    int parallelism = (int) Math.min(options.parallelism(), plan.files());
    try (ShutdownGuard guard = new ShutdownGuard();
        BatchCluster cluster = cluster(parallelism)) {
      return new JobRun(cluster, plan, listener).run(settings, parallelism);
    }
  }

  private BatchCluster cluster(int parallelism) {
    return options.jobManager() == null
        ? new LocalCluster(parallelism)
        : new RemoteCluster(options.jobManager(), parallelism, options.jars());
  }

  private void createOutput() {
    try {
      Files.createDirectories(options.output());
    } catch (IOException e) {
      throw EnvironmentException.about("Making the output folder " + options.output())
          .expected("a writable place")
          .found(e);
    }
  }
}
