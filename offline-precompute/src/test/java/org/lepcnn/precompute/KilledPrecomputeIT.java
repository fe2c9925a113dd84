/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.device.table.TableId;

/** The end of a process while tables are made: at once, and in order. */
class KilledPrecomputeIT {
  private static final int PASSES = 640;
  private static final long BOUND_SECONDS = 120;

  @TempDir Path folder;

  @Test
  void afterAKillTheNextRunFinishesWhatWasIssued() throws Exception {
    Workshop shop = Workshop.create(folder);
    Process process = start();
    try {
      waitFor(process, shop, names -> names.stream().anyMatch(KilledPrecomputeIT::isHalfTable));
      waitFor(
          process,
          shop,
          names -> names.stream().filter(n -> n.endsWith(TableId.SUFFIX)).count() >= 2);
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
    List<String> complete = shop.tableNames();
    assertThat(complete).hasSizeBetween(2, PASSES / 64 - 1);
    assertThat(shop.issued()).isEqualTo(PASSES);
    byte[] survivor = Files.readAllBytes(shop.tables.resolve(complete.get(0)));

    PrecomputeResult result =
        Precompute.run(shop.options(0).parallelism(2).build(), ProgressListener.NONE);

    assertThat(result.resumedPasses()).isEqualTo(PASSES);
    assertThat(shop.issued()).isEqualTo(PASSES);
    assertThat(shop.names(".tmp")).isEmpty();
    assertThat(shop.names(Order.FILE)).isEmpty();
    assertThat(shop.tableNames()).hasSize(PASSES / 64);
    assertThat(Files.readAllBytes(shop.tables.resolve(complete.get(0)))).isEqualTo(survivor);
    shop.assertTablesRight(0, PASSES - 1);
  }

  @Test
  void aProcessThatIsToldToEndLeavesNoHalfFile() throws Exception {
    Workshop shop = Workshop.create(folder);
    Process process = start();
    try {
      waitFor(process, shop, names -> names.stream().anyMatch(KilledPrecomputeIT::isHalfTable));
      process.destroy();
      assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(shop.names(".tmp")).as(log()).isEmpty();
    assertThat(shop.names(Order.FILE)).hasSize(1);
    assertThat(folder.resolve("tmp")).isDirectoryNotContaining("glob:**/lepcnn-precompute*");
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("--add-")) {
        command.add(argument);
      }
    }
    command.add("-Xmx512m");
    // what Flink leaves behind when it is killed goes with this test
    command.add("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(KilledPrecomputeMain.class.getName());
    command.add(folder.toString());
    command.add(String.valueOf(PASSES));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("run.log").toFile())
        .start();
  }

  private void waitFor(Process process, Workshop shop, Predicate<List<String>> condition)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!Files.isDirectory(shop.tables) || !condition.test(shop.names(""))) {
      assertThat(process.isAlive()).as(() -> "the run ended early: " + log()).isTrue();
      assertThat(System.nanoTime()).as("waiting for tables").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static boolean isHalfTable(String name) {
    return name.contains(TableId.SUFFIX) && name.endsWith(".tmp");
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("run.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
