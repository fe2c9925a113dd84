/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.file.ExclusiveLock;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.state.Grants;

class OwnerFileTest {
  @TempDir Path folder;
  private final ModelBundle model = SmallModel.bundle("a");
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("owner.lep");
  }

  @Test
  void provisioningTwice_givesDifferentChainsAndMasks() {
    OwnerFile owner = OwnerFile.create(file);
    Grant one = owner.provision("meter-1", model);
    Grant two = owner.provision("meter-1", model);
    assertThat(one.chain()).isNotEqualTo(two.chain());
    assertThat(Grants.firstPassKey(one)).isNotEqualTo(Grants.firstPassKey(two));
    assertThat(Grants.challengeKey(one)).isNotEqualTo(Grants.challengeKey(two));
    assertThat(mask(Grants.firstPassKey(one))).isNotEqualTo(mask(Grants.firstPassKey(two)));
    assertThat(owner.currentChain("meter-1", model.fingerprint())).isEqualTo(two.chain());
  }

  @Test
  void aChainsFirstKey_dependsOnDeviceModelAndChain() {
    OwnerFile owner = OwnerFile.create(file);
    ModelBundle otherModel = SmallModel.bundle("b");
    Grant a = owner.provision("meter-1", model);
    Grant b = owner.provision("meter-2", model);
    Grant c = owner.provision("meter-1", otherModel);
    assertThat(Grants.firstPassKey(a))
        .isNotEqualTo(Grants.firstPassKey(b))
        .isNotEqualTo(Grants.firstPassKey(c));
    assertThat(b.model()).isEqualTo(a.model()).isNotEqualTo(c.model());
  }

  @ParameterizedTest
  @EnumSource
  void aChain_keepsItsSuite_whateverComesAfter(CipherSuite suite) throws IOException {
    OwnerFile owner = OwnerFile.create(file);
    Grant grant = owner.provision("meter-1", model, suite);
    owner.provision("meter-1", model);
    owner.issue("meter-1", model.fingerprint(), 3);
    owner.close();
    OwnerFile reopened = OwnerFile.open(file);
    LedgerEntry entry = reopened.ledger().get(0);
    assertThat(entry.suite()).isEqualTo(grant.suite()).isEqualTo(suite);
    assertThat(reopened.ledger().get(1).suite()).isEqualTo(CipherSuite.AES);
    assertThat(reopened.firstKey("meter-1", model.fingerprint(), grant.chain()))
        .isEqualTo(Grants.firstPassKey(grant));
    try (ChainKeys keys = reopened.chainKeys("meter-1", model.fingerprint(), grant.chain())) {
      assertThat(keys.groupKey(5)).isEqualTo(Grants.challengeKey(grant).groupKey(5));
      assertThat(keys.passKeys(0, 1).get(0).suite()).isEqualTo(suite);
    }
  }

  /** Under a passphrase; without one the altered ledger leads to other keys. */
  @Test
  void aSuiteThatWasAlteredInTheLedger_isRefused_orLeadsToOtherKeys() throws IOException {
    Passphrase passphrase = Passphrase.copyOf("ours".toCharArray());
    OwnerFile.create(file, passphrase).provision("meter-1", model, CipherSuite.CHACHA).close();
    alterSuite(file);
    assertThatThrownBy(() -> OwnerFile.open(file, passphrase))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("altered");
    Path plain = folder.resolve("plain.lep");
    Grant grant = OwnerFile.create(plain).provision("meter-1", model, CipherSuite.CHACHA);
    alterSuite(plain);
    try (PassKey first =
        OwnerFile.open(plain).firstKey("meter-1", model.fingerprint(), grant.chain())) {
      assertThat(TestSecrets.bytes(first))
          .isNotEqualTo(TestSecrets.bytes(Grants.firstPassKey(grant)));
    }
  }

  /** Of the only chain: its last int32 before the keys. */
  private static void alterSuite(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] body = Arrays.copyOfRange(bytes, 16, bytes.length - 32);
    int suite = 4 + 4 + 7 + 4 + 32 + 16 + 8 + 4 + 3;
    assertThat(body[suite]).isEqualTo((byte) 1);
    body[suite] = 0;
    Files.write(file, CheckedFile.frame(OwnerContents.MAGIC, OwnerContents.VERSION, body));
  }

  @Test
  void grantAndOwner_agreeOnAllKeys_alsoAfterReopening() {
    OwnerFile created = OwnerFile.create(file);
    Grant grant = created.provision("meter-1", model);
    created.close();
    OwnerFile owner = OwnerFile.open(file);
    assertThat(owner.firstKey("meter-1", model.fingerprint(), grant.chain()))
        .isEqualTo(Grants.firstPassKey(grant));
    try (ChainKeys keys = owner.chainKeys("meter-1", model.fingerprint(), grant.chain())) {
      assertThat(keys.passKeys(3, 1)).containsExactly(Grants.firstPassKey(grant).advance(3));
      assertThat(keys.groupKey(5)).isEqualTo(Grants.challengeKey(grant).groupKey(5));
    }
  }

  @Test
  void issuing_continuesAfterWhatWasIssued_alsoAfterReopening() {
    OwnerFile owner = OwnerFile.create(file);
    Grant grant = owner.provision("meter-1", model);
    assertThat(owner.issued("meter-1", model.fingerprint())).isEmpty();
    IssuedRange first = owner.issue("meter-1", model.fingerprint(), 100);
    assertThat(first)
        .isEqualTo(new IssuedRange("meter-1", model.fingerprint(), grant.chain(), 0, 99));
    IssuedRange second = OwnerFile.open(file).issue("meter-1", model.fingerprint(), 5);
    assertThat(second.firstPass()).isEqualTo(100);
    assertThat(second.lastPass()).isEqualTo(104);
    assertThat(second.passes()).isEqualTo(5);
    assertThat(owner.issue("meter-1", model.fingerprint(), 1).firstPass())
        .as("an owner file that was open all the time sees what others issued")
        .isEqualTo(105);
    assertThat(owner.issued("meter-1", model.fingerprint()).orElseThrow().lastPass())
        .isEqualTo(105);
  }

  @Test
  void aNewChain_isIssuedFromZero_andTheOldOneStaysInTheLedger() {
    OwnerFile owner = OwnerFile.create(file);
    ChainId old = owner.provision("meter-1", model).chain();
    owner.issue("meter-1", model.fingerprint(), 10);
    ChainId current = owner.provision("meter-1", model).chain();
    assertThat(owner.issue("meter-1", model.fingerprint(), 10).firstPass()).isZero();
    assertThat(OwnerFile.describe(file).ledger())
        .containsExactly(
            new LedgerEntry(
                "meter-1", model.fingerprint(), old, CipherSuite.AES, 10, ChainStatus.GRANTED),
            new LedgerEntry(
                "meter-1", model.fingerprint(), current, CipherSuite.AES, 10, ChainStatus.GRANTED));
  }

  @Test
  void chainWhoseGrantIsNotWritten_isNeverServed_andTheOneBeforeGoesOn() {
    OwnerFile owner = OwnerFile.create(file);
    ChainId old = owner.provision("meter-1", model).chain();
    owner.issue("meter-1", model.fingerprint(), 10);
    Consumer<Grant> fails =
        grant -> {
          assertThat(owner.ledger().get(1).status()).isEqualTo(ChainStatus.PENDING);
          throw new BadInputException("something is there already");
        };
    assertThatThrownBy(() -> owner.provision("meter-1", model, CipherSuite.AES, fails))
        .isInstanceOf(BadInputException.class);
    LedgerEntry pending = OwnerFile.describe(file).ledger().get(1);
    assertThat(pending.status()).isEqualTo(ChainStatus.PENDING);
    assertThat(owner.currentChain("meter-1", model.fingerprint())).isEqualTo(old);
    assertThat(owner.issue("meter-1", model.fingerprint(), 1).firstPass()).isEqualTo(10);
    assertThatThrownBy(() -> owner.firstKey("meter-1", model.fingerprint(), pending.chain()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("PENDING");
  }

  @Test
  void firstChainWhoseGrantIsNotWritten_leavesNothingToServe() {
    OwnerFile owner = OwnerFile.create(file);
    Consumer<Grant> fails =
        grant -> {
          throw new EnvironmentException("disk full");
        };
    assertThatThrownBy(() -> owner.provision("meter-1", model, CipherSuite.AES, fails))
        .isInstanceOf(EnvironmentException.class);
    assertThatThrownBy(() -> owner.issue("meter-1", model.fingerprint(), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("device provision");
  }

  @Test
  void chainWhoseGrantIsWritten_isServed() {
    OwnerFile owner = OwnerFile.create(file);
    List<ChainId> written = new ArrayList<>();
    Grant grant =
        owner.provision("meter-1", model, CipherSuite.AES, each -> written.add(each.chain()));
    assertThat(written).containsExactly(grant.chain());
    assertThat(OwnerFile.open(file).currentChain("meter-1", model.fingerprint()))
        .isEqualTo(grant.chain());
    assertThat(owner.ledger().get(0).status()).isEqualTo(ChainStatus.GRANTED);
  }

  @Test
  void retiredChain_isServedNoMore_norAreThoseBeforeIt_untilTheNextProvisioning() {
    OwnerFile owner = OwnerFile.create(file);
    owner.provision("meter-1", model);
    ChainId current = owner.provision("meter-1", model).chain();
    owner.issue("meter-1", model.fingerprint(), 3);
    LedgerEntry retired = owner.retire("meter-1", current.toString());
    assertThat(retired.status()).isEqualTo(ChainStatus.RETIRED);
    assertThat(retired.issuedPasses()).isEqualTo(3);
    assertThatThrownBy(() -> owner.issue("meter-1", model.fingerprint(), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("retired");
    assertThatThrownBy(() -> owner.firstKey("meter-1", model.fingerprint(), current))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("RETIRED");
    ChainId next = owner.provision("meter-1", model).chain();
    assertThat(OwnerFile.open(file).issue("meter-1", model.fingerprint(), 1).chain())
        .isEqualTo(next);
    assertThatThrownBy(() -> owner.retire("meter-1", ""))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 3");
    assertThatThrownBy(() -> owner.retire("meter-2", next.toString()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 0");
  }

  @Test
  void chainThatIsRetiredWhileItsGrantIsWritten_staysRetired() {
    OwnerFile owner = OwnerFile.create(file);
    owner.provision(
        "meter-1",
        model,
        CipherSuite.AES,
        each -> owner.retire("meter-1", each.chain().toString()));
    assertThat(owner.ledger().get(0).status()).isEqualTo(ChainStatus.RETIRED);
  }

  @Test
  void whatIsNotInTheLedger_isRefused() {
    OwnerFile owner = OwnerFile.create(file);
    assertThatThrownBy(() -> owner.issue("meter-1", model.fingerprint(), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("device provision");
    owner.provision("meter-1", model);
    assertThatThrownBy(() -> owner.firstKey("meter-1", model.fingerprint(), new ChainId(1, 2)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such chain");
    assertThatThrownBy(() -> owner.issue("meter-1", model.fingerprint(), 0))
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> owner.provision("no spaces", model))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void create_neverReplaces_andOpen_neverCreates() throws IOException {
    assertThatThrownBy(() -> OwnerFile.open(file)).isInstanceOf(BadInputException.class);
    assertThat(file).doesNotExist();
    OwnerFile.create(file);
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> OwnerFile.create(file)).isInstanceOf(BadInputException.class);
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void emptyShortOrDamagedFiles_areCorrupt() throws IOException {
    OwnerFile.create(file).provision("meter-1", model);
    byte[] good = Files.readAllBytes(file);
    byte[] damaged = good.clone();
    damaged[good.length / 2] ^= 1;
    for (byte[] bad :
        List.of(
            new byte[0], Arrays.copyOf(good, 10), Arrays.copyOf(good, good.length - 1), damaged)) {
      Files.write(file, bad);
      assertThatThrownBy(() -> OwnerFile.open(file)).isInstanceOf(CorruptFileException.class);
    }
  }

  @Test
  void theFile_isReadableByItsOwnerAlone_andDescriptionsHoldNoKey() throws IOException {
    OwnerFile owner = OwnerFile.create(file);
    Grant grant = owner.provision("meter-1", model);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    PassKey first = owner.firstKey("meter-1", model.fingerprint(), grant.chain());
    assertThat(owner + OwnerFile.describe(file).toString() + grant)
        .contains("meter-1")
        .doesNotContain(HexFormat.of().formatHex(TestSecrets.bytes(first)));
  }

  @Test
  void aHeldLock_stopsChangesButNotReading() {
    OwnerFile owner = OwnerFile.create(file);
    owner.provision("meter-1", model);
    try (ExclusiveLock held =
        ExclusiveLock.acquire(folder.resolve("owner.lep.lock"), "the owner file")) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> owner.issue("meter-1", model.fingerprint(), 1))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("another process");
      assertThat(owner.ledger()).hasSize(1);
    }
    assertThat(owner.issue("meter-1", model.fingerprint(), 1).firstPass()).isZero();
  }

  private static int[] mask(PassKey key) {
    int[] out = new int[64];
    try (MaskGenerator generator = new MaskGenerator(key, TestSecrets.ACCESS)) {
      generator.fill(0, ResidueField.P31, out, out.length);
    }
    return out;
  }
}
