/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.integrity.TableComputation;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.PrivateSessionBuilder;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.table.TableId;
import org.lepcnn.device.table.TableWriter;

/**
 * A provisioned device with durable state and sealed tables, made with the production classes in a
 * folder that the caller deletes. Tables are written as the offline job writes them: several passes
 * a kernel call, checked, sealed, committed; without the job's cluster.
 */
public final class BenchDevice implements AutoCloseable {
  /** Passes of one kernel call, and the memory that they may take for masks and factors. */
  private static final int MAX_PASSES_PER_CALL = 8;

  private static final long CALL_BUDGET_BYTES = 128L << 20;
  private static final int READ_BYTES = 1 << 20;
  private static final String FIRST = "bench-1";

  private final BenchModel model;
  private final String name;
  private final CipherSuite suite;
  private final Path folder;
  private final OwnerFile owner;
  private final TableComputation computation;
  private final int passesPerCall;

  /** The owner's files and kernels go with the first device. */
  private final boolean ownsAll;

  private BenchDevice(
      BenchModel model,
      String name,
      CipherSuite suite,
      OwnerFile owner,
      TableComputation computation,
      boolean ownsAll) {
    this.model = model;
    this.name = name;
    this.suite = suite;
    this.folder = model.work().resolve("device").resolve(name);
    this.owner = owner;
    this.computation = computation;
    this.passesPerCall = passesPerCall();
    this.ownsAll = ownsAll;
  }

  /** Provisions the only device of a new owner; it has no tables yet. */
  public static BenchDevice create(BenchModel model, KernelProvider provider) {
    return create(model, provider, CipherSuite.AES);
  }

  /** As {@link #create(BenchModel, KernelProvider)}, with a suite of its chain's own. */
  public static BenchDevice create(BenchModel model, KernelProvider provider, CipherSuite suite) {
    return create(model, provider, FIRST, suite);
  }

  /** Provisions the first device of a new owner; it has no tables yet. */
  public static BenchDevice create(BenchModel model, KernelProvider provider, String device) {
    return create(model, provider, device, CipherSuite.AES);
  }

  private static BenchDevice create(
      BenchModel model, KernelProvider provider, String device, CipherSuite suite) {
    OwnerFile owner = OwnerFile.create(model.work().resolve("device").resolve("owner.lep"));
    TableComputation computation = new TableComputation(model.bundle().edge(), provider);
    return new BenchDevice(model, device, suite, owner, computation, true).provision();
  }

  /** Provisions another device of the same owner, to be used while this one is open. */
  public BenchDevice another(String device) {
    return another(device, suite);
  }

  /** As {@link #another(String)}, with a suite of its chain's own. */
  public BenchDevice another(String device, CipherSuite itsSuite) {
    return new BenchDevice(model, device, itsSuite, owner, computation, false).provision();
  }

  public String name() {
    return name;
  }

  /** Makes the tables of the next passes, several files at a time. */
  public void makeTables(long firstPass, long passes, int threads) {
    make(
        TableId.split(
            name,
            owner.currentChain(name, model.bundle().fingerprint()),
            model.bundle().fingerprint(),
            firstPass,
            firstPass + passes - 1),
        threads);
  }

  /**
   * Makes one file of the first passes of each of the next groups, one thread a file: what a core
   * of the owner's machine does all day.
   *
   * @param firstGroup groups before it stay as they are
   */
  public void makeFiles(long firstGroup, int files, int passesPerFile) {
    List<TableId> ids = new ArrayList<>();
    for (long group = firstGroup; group < firstGroup + files; group++) {
      long first = group * PassGroups.SIZE;
      ids.add(
          new TableId(
              name,
              owner.currentChain(name, model.bundle().fingerprint()),
              model.bundle().fingerprint(),
              group,
              first,
              first + passesPerFile - 1));
    }
    make(ids, files);
  }

  /** A session on the device's state and tables. */
  public PrivateSession session(EdgeTransport transport, int inFlight, int reservation) {
    return sessionBuilder(transport, inFlight, reservation).open();
  }

  /** The same, ready for its first pass as a gateway is that warms its code. */
  public PrivateSession warmSession(EdgeTransport transport, int inFlight, int reservation) {
    return sessionBuilder(transport, inFlight, reservation).warmUp().open();
  }

  private PrivateSessionBuilder sessionBuilder(
      EdgeTransport transport, int inFlight, int reservation) {
    DeviceState state = DeviceState.open(folder.resolve("state"));
    TableFolder tables = TableFolder.open(tables(), state);
    return PrivateSession.builder(state, tables, transport)
        .passesInFlight(inFlight)
        .passesPerReservation(reservation);
  }

  /** Reads all tables through, so that the page cache holds them whatever was taken out of it. */
  public void readTables() {
    byte[] buffer = new byte[READ_BYTES];
    try (Stream<Path> files = Files.list(tables())) {
      for (Path file : files.toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          while (in.read(buffer) >= 0) {
            // what it says does not matter
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Reading tables of the benchmark's device", e);
    }
  }

  @Override
  public void close() {
    if (ownsAll) {
      computation.close();
      owner.close();
    }
  }

  private BenchDevice provision() {
    Path grantFile = folder.resolve("device.grant");
    try (Grant grant = owner.provision(name, model.bundle(), suite)) {
      grant.write(grantFile);
    }
    DeviceState.init(grantFile, folder.resolve("state")).close();
    return this;
  }

  private Path tables() {
    return folder.resolve("tables");
  }

  private void make(List<TableId> ids, int threads) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> files = new ArrayList<>();
      for (TableId id : ids) {
        files.add(executor.submit(() -> make(id)));
      }
      for (Future<?> file : files) {
        file.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while making tables", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Making tables failed", e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  private void make(TableId id) {
    try (ChainKeys keys = owner.chainKeys(name, id.model(), id.chain());
        GroupKey groupKey = keys.groupKey(id.group());
        TableWriter writer = TableWriter.create(tables(), id, computation.plan(), 1, groupKey)) {
      GroupChallenges challenges = computation.challenges(1, groupKey);
      writer.writeChallenges(challenges);
      List<List<int[]>> factors = computation.allocate(Math.min(passesPerCall, id.passes()));
      for (long pass = id.firstPass(); pass <= id.lastPass(); pass += factors.size()) {
        int count = (int) Math.min(factors.size(), id.lastPass() - pass + 1);
        seal(writer, challenges, keys.passKeys(pass, count), pass, factors.subList(0, count));
      }
      writer.commit();
    }
  }

  private void seal(
      TableWriter writer,
      GroupChallenges challenges,
      List<PassKey> keys,
      long pass,
      List<List<int[]>> factors) {
    computation.compute(challenges, keys, factors);
    for (int i = 0; i < keys.size(); i++) {
      writer.writePass(pass + i, keys.get(i), factors.get(i));
    }
    keys.forEach(PassKey::close);
  }

  private int passesPerCall() {
    long bytes =
        Integer.BYTES
            * (model.bundle().plan().outputElements() + model.bundle().plan().inputElements());
    return (int) Math.max(1, Math.min(MAX_PASSES_PER_CALL, CALL_BUDGET_BYTES / Math.max(1, bytes)));
  }
}
