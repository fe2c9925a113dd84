/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.test.junit5.InjectClusterRESTAddress;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.device.integrity.FaultyKernelException;
import org.lepcnn.precompute.job.MicroBatch;
import org.lepcnn.precompute.job.TableJob;

@Tag("slow")
class PrecomputeFailureTest {
  /**
   * The tiny model has three layers of five parts in all, and a group of 64 passes takes eight
   * micro-batches.
   */
  private static final int CALLS_PER_FILE = 5 * 64 / MicroBatch.MAX_PASSES;

  /** A cluster that stays up, so that not every test starts one. */
  @RegisterExtension static final MiniClusterExtension CLUSTER = RemoteClusterTest.newCluster();

  @TempDir Path folder;
  private Workshop shop;
  private HostPort jobManager;

  @BeforeEach
  void open(@InjectClusterRESTAddress URI rest) {
    jobManager = RemoteClusterTest.address(rest);
    shop = Workshop.create(folder);
    TestKernels.reset();
  }

  @Test
  void anInterruptedRunIsFinishedByTheNextWithoutIssuingAnythingNew() throws IOException {
    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(200).build(),
                    TestKernels.failingAfter(2 * CALLS_PER_FILE + 5),
                    ProgressListener.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessage("The test pulls the plug.");
    assertThat(shop.tableNames()).containsExactly("0-0-63.lept", "1-64-127.lept");
    byte[] untouched = Files.readAllBytes(shop.tables.resolve("0-0-63.lept"));

    PrecomputeResult result = Precompute.run(options(0).build(), ProgressListener.NONE);

    assertThat(result.resumedPasses()).isEqualTo(200);
    assertThat(result.issuedPasses()).isZero();
    assertThat(result.files()).isEqualTo(4);
    assertThat(shop.issued()).isEqualTo(200);
    assertThat(shop.tableNames()).hasSize(4);
    assertThat(shop.names(Order.FILE)).isEmpty();
    assertThat(Files.readAllBytes(shop.tables.resolve("0-0-63.lept"))).isEqualTo(untouched);
    shop.assertTablesRight(0, 199);
  }

  @Test
  void aRunThatAsksForMoreFinishesWhatIsOwedFirst() throws IOException {
    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(5).build(), TestKernels.failingAfter(0), ProgressListener.NONE))
        .isInstanceOf(BadInputException.class);
    assertThat(shop.tableNames()).isEmpty();

    PrecomputeResult result = Precompute.run(options(6).build(), ProgressListener.NONE);

    assertThat(result.resumedPasses()).isEqualTo(5);
    assertThat(shop.tableNames()).containsExactly("0-0-4.lept", "0-5-10.lept");
    shop.assertTablesRight(0, 10);
  }

  @Test
  void aFaultyKernelSealsNothingAndIsNotTriedAgain() throws IOException {
    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(70).parallelism(2).build(),
                    TestKernels.saturating(),
                    ProgressListener.NONE))
        .isInstanceOf(FaultyKernelException.class)
        .hasMessageContaining("saturating");

    assertThat(shop.tableNames()).isEmpty();
    assertThat(shop.names(".tmp")).isEmpty();
    Precompute.run(options(0).build(), ProgressListener.NONE);
    shop.assertTablesRight(0, 69);
  }

  @Test
  void aTroubleOfTheEnvironmentIsTriedAgain() throws IOException {
    Precompute.run(options(4).build(), TestKernels.unavailable(2), ProgressListener.NONE);

    assertThat(TestKernels.OPENED).hasValue(3);
    assertThat(shop.tableNames()).containsExactly("0-0-3.lept");
  }

  @Test
  void aLastingTroubleOfTheEnvironmentEndsTheRunAsWhatItIs() {
    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(4).build(),
                    TestKernels.unavailable(Integer.MAX_VALUE),
                    ProgressListener.NONE))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage("The test takes the library away.");

    assertThat(TestKernels.OPENED).hasValue(1 + TableJob.RESTARTS);
  }

  @Test
  void anInterruptedThreadCancelsTheJobAndLeavesNoHalfFile() throws Exception {
    AtomicReference<LepcnnException> thrown = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread runner =
        new Thread(
            () -> {
              try {
                Precompute.run(
                    shop.options(640).build(), TestKernels.slow(50), ProgressListener.NONE);
              } catch (LepcnnException e) {
                thrown.set(e);
                interrupted.set(Thread.currentThread().isInterrupted());
              }
            });
    runner.start();
    assertThat(TestKernels.reached.await(60, TimeUnit.SECONDS)).isTrue();
    runner.interrupt();
    runner.join(TimeUnit.SECONDS.toMillis(60));

    assertThat(runner.isAlive()).isFalse();
    assertThat(thrown.get()).isInstanceOf(EnvironmentException.class).hasMessageContaining("again");
    assertThat(interrupted.get()).isTrue();
    assertThat(shop.names(".tmp")).isEmpty();
    assertThat(shop.names(Order.FILE)).hasSize(1);
  }

  @Test
  void aDiskWithoutRoomIsNoticedBeforeAnythingIsIssued() throws IOException {
    long usable = folder.toFile().getUsableSpace();
    long needed =
        PrecomputeOptions.MAX_PASSES * Integer.BYTES * shop.bundle.plan().outputElements();
    Assumptions.assumeTrue(usable < needed, "this disk has room for a billion passes");

    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(PrecomputeOptions.MAX_PASSES).build(), ProgressListener.NONE))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Nothing was issued");
    assertThat(shop.issued()).isZero();
  }

  @Test
  void anOutputFolderThatCannotBeWrittenIsTheEnvironmentsFault() {
    assertThatThrownBy(
            () ->
                Precompute.run(
                    options(4).build(),
                    TestKernels.replacingByAFile(shop.tables),
                    ProgressListener.NONE))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Writing table");
  }

  private PrecomputeOptions.Builder options(long passes) {
    return shop.options(passes).jobManager(jobManager);
  }
}
