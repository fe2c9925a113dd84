/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.fuzz.SparseFiles;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.precompute.job.PassRange;

class PassIssuerTest {
  @TempDir Path folder;
  private Workshop shop;
  private String chain;

  @BeforeEach
  void open() throws IOException {
    shop = Workshop.create(folder);
    chain = shop.chain().toString();
    Files.createDirectories(shop.tables);
  }

  @Test
  void theOrderNamesWhatTheLedgerIssues() {
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      PassRange first = book(owner, 10).issue(List.of());
      PassRange second = book(owner, 5).issue(List.of(first));

      assertThat(first).isEqualTo(new PassRange(chain, 0, 9));
      assertThat(second).isEqualTo(new PassRange(chain, 10, 14));
      assertThat(Order.read(shop.tables).orElseThrow().ranges()).containsExactly(first, second);
      assertThat(book(owner, 0).owed()).containsExactly(first, second);
    }
  }

  @Test
  void aHugeOrder_isRefused() throws IOException {
    SparseFiles.enlarge(shop.tables.resolve(Order.FILE));

    assertThatThrownBy(() -> Order.read(shop.tables))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected at most");
  }

  @Test
  void aCrashBeforeTheLedgerWasWrittenOwesNothing() {
    order(new PassRange(chain, 0, 9)).write(shop.tables);
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      assertThat(book(owner, 10).owed()).isEmpty();
      assertThat(book(owner, 3).issue(List.of())).isEqualTo(new PassRange(chain, 0, 2));
    }
  }

  @Test
  void aCrashAfterTheLedgerWasWrittenOwesTheRange() {
    order(new PassRange(chain, 0, 9)).write(shop.tables);
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      owner.issue(Workshop.DEVICE, shop.bundle.fingerprint(), 10);

      assertThat(book(owner, 0).owed()).containsExactly(new PassRange(chain, 0, 9));
    }
  }

  @Test
  void whatAnEarlierChainIsOwedStaysOwedAfterAnotherProvisioning() {
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      PassRange old = book(owner, 4).issue(List.of());
      owner.provision(Workshop.DEVICE, shop.bundle).close();

      PassIssuer book = book(owner, 2);
      assertThat(book.owed()).containsExactly(old);
      FolderCheck check = check(2);
      assertThatThrownBy(() -> check.requireOneChain(List.of(old), book.currentChain()))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("provisioned again");
      check(0).requireOneChain(List.of(old), book.currentChain());
    }
  }

  @Test
  void anOrderOfAnotherKindIsRefused() {
    order(new PassRange(chain, 0, 9)).write(shop.tables);
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      PrecomputeOptions twice = shop.options(1).challengesPerLayer(2).build();
      PassIssuer book = new PassIssuer(twice, shop.bundle.fingerprint(), owner);

      assertThatThrownBy(book::owed)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("2 challenges per layer; found an unfinished run's tables")
          .hasMessageContaining("1 challenges per layer. Finish that run first");
    }
  }

  @Test
  void aDamagedOrderIsCorruptAndNotNothing() throws IOException {
    order(new PassRange(chain, 0, 9)).write(shop.tables);
    Path file = shop.tables.resolve(Order.FILE);
    byte[] bytes = Files.readAllBytes(file);
    bytes[30] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> Order.read(shop.tables)).isInstanceOf(CorruptFileException.class);
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> Order.read(shop.tables)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void twoRunsIntoOneFolderExcludeEachOther() {
    try (ExclusiveLock held =
        ExclusiveLock.acquire(shop.tables.resolve(".precompute.lock"), "the test's folder")) {
      assertThatThrownBy(() -> Precompute.run(shop.options(1).build(), ProgressListener.NONE))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("another process uses it");
    }
    assertThat(shop.issued()).isZero();
  }

  private PassIssuer book(OwnerFile owner, long passes) {
    return new PassIssuer(shop.options(passes).build(), shop.bundle.fingerprint(), owner);
  }

  private FolderCheck check(long passes) {
    return new FolderCheck(
        shop.options(passes).build(), shop.bundle.fingerprint(), shop.bundle.plan());
  }

  private Order order(PassRange range) {
    return new Order(Workshop.DEVICE, shop.bundle.fingerprint(), 1, List.of(range));
  }
}
