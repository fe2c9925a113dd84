/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.lepcnn.device.integrity.FaultyKernelException;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.integrity.TableComputation;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.device.table.TableId;
import org.lepcnn.device.table.TableWriter;

/**
 * Makes one table file per work item: keys by ratchet, masks, unblinding factors for several passes
 * per kernel call, the check against challenges from the scalar path, sealing, atomic commit.
 *
 * <p>Everything secret stays inside: the root key is read here, from the owner file on this
 * machine, to derive the chain's first key and is erased at once; keys, masks, factors and
 * challenges live in this object while a file is made. The only state is the folder: a file that is
 * there is complete and is not made again, so an attempt that is repeated goes on where the last
 * one stopped. A file that is made again has the same passes under a fresh salt.
 *
 * <p>A full disk and other troubles of the environment may be repeated; wrong input and a kernel
 * that fails the check are not.
 */
public final class TableMaker extends RichMapFunction<WorkItem, TableResult> {
  /** Accumulator: passes in complete tables, and those sealed in files under way. */
  public static final String PASSES = "lepcnn-passes";

  /** Accumulator: complete files. */
  public static final String FILES = "lepcnn-files";

  /** Accumulator: bytes of complete files. */
  public static final String BYTES = "lepcnn-bytes";

  private static final long serialVersionUID = 1L;

  private final TableSettings settings;
  private final LongCounter passes = new LongCounter();
  private final LongCounter files = new LongCounter();
  private final LongCounter bytes = new LongCounter();

  private transient Path folder;
  private transient Fingerprint model;
  private transient Counter sealedPasses;
  private transient Share<TableComputation> shared;
  private transient List<List<int[]>> factors;
  private transient String chain;
  private transient ChainKeys keys;

  TableMaker(TableSettings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    getRuntimeContext().addAccumulator(PASSES, passes);
    getRuntimeContext().addAccumulator(FILES, files);
    getRuntimeContext().addAccumulator(BYTES, bytes);
    MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup("lepcnn");
    sealedPasses = metrics.counter("sealedPasses");
    folder = Path.of(settings.output());
    model = Fingerprint.parse(settings.model());
    try {
      shared =
          SharedComputation.acquire(
              getRuntimeContext().getJobInfo().getJobId().toString(), settings);
    } catch (LepcnnException e) {
      throw asTaskFailure(e);
    }
    factors = shared.get().allocate(MicroBatch.passes(shared.get().plan()));
  }

  @Override
  public TableResult map(WorkItem item) {
    TableId id = item.tableId(settings.device(), model);
    Path file = folder.resolve(id.fileName());
    boolean made = !Files.exists(file);
    try {
      if (made) {
        make(id);
      } else {
        requireSame(file, id);
        passes.add(item.passes());
      }
    } catch (LepcnnException e) {
      throw asTaskFailure(e);
    }
    long size = size(file);
    files.add(1);
    bytes.add(size);
    return new TableResult(id.fileName(), item.passes(), size, made);
  }

  @Override
  public void close() {
    if (keys != null) {
      keys.close();
    }
    if (factors != null) {
      factors.forEach(layers -> layers.forEach(u -> Arrays.fill(u, 0)));
    }
    if (shared != null) {
      shared.close();
    }
  }

  private void make(TableId id) {
    openChain(id);
    TableComputation computation = shared.get();
    try (GroupKey groupKey = keys.groupKey(id.group());
        TableWriter writer =
            TableWriter.create(
                folder, id, computation.plan(), settings.challengesPerLayer(), groupKey)) {
      GroupChallenges challenges = computation.challenges(settings.challengesPerLayer(), groupKey);
      writer.writeChallenges(challenges);
      long pass = id.firstPass();
      while (pass <= id.lastPass()) {
        int count = (int) Math.min(factors.size(), id.lastPass() - pass + 1);
        seal(writer, challenges, pass, count);
        pass += count;
      }
      writer.commit();
    }
  }

  /** One micro-batch: keys, masks and factors of {@code count} passes, checked, then sealed. */
  private void seal(TableWriter writer, GroupChallenges challenges, long first, int count) {
    if (Thread.currentThread().isInterrupted()) {
      throw new EnvironmentException("Making tables: the job was cancelled.");
    }
    List<PassKey> passKeys = keys.passKeys(first, count);
    try {
      shared.get().compute(challenges, passKeys, factors.subList(0, count));
      for (int i = 0; i < count; i++) {
        writer.writePass(first + i, passKeys.get(i), factors.get(i));
        passes.add(1);
        sealedPasses.inc();
      }
    } finally {
      passKeys.forEach(PassKey::close);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw EnvironmentException.about("Making tables")
          .expected("to find " + file + ", which was just made")
          .found(e);
    }
  }

  private static void requireSame(Path file, TableId id) {
    TableId found = TableDescription.read(file).id();
    if (!found.equals(id)) {
      throw BadInputException.about("Making tables").expected(file + " to be " + id).found(found);
    }
  }

  private void openChain(TableId id) {
    String wanted = id.chain().toString();
    if (wanted.equals(chain)) {
      return;
    }
    try (Passphrase passphrase = Passphrase.ofEnvironment();
        OwnerFile owner = OwnerFile.open(Path.of(settings.ownerFile()), passphrase)) {
      ChainKeys opened = owner.chainKeys(id.device(), model, id.chain());
      if (keys != null) {
        keys.close();
      }
      keys = opened;
      chain = wanted;
    }
  }

  /** Wrapped so that Flink ends the job when a repetition cannot help. */
  private static RuntimeException asTaskFailure(LepcnnException e) {
    boolean mayPass = e instanceof EnvironmentException && !(e instanceof FaultyKernelException);
    return mayPass ? e : new SuppressRestartsException(e);
  }
}
