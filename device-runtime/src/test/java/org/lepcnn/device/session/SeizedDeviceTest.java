/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.session.SessionFixture.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.table.TableFolder;

/**
 * Somebody has recorded all traffic and seizes the device after some passes: with every 32 bytes of
 * its files as a key, and every key that follows from them, no earlier pass is unmasked.
 */
class SeizedDeviceTest {
  private static final String DEVICE = "meter-1";
  private static final int USED = 6;
  private static final int FORWARD = 10;

  /** A masked residue is taken for unmasked when it is that small; tensors have 90 and more. */
  private static final int LARGEST_PLAIN = 1 << 24;

  @TempDir Path folder;

  private final ModelBundle bundle = SessionModel.bundle(31);
  private final FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
  private OwnerFile owner;
  private ChainId chain;

  @BeforeEach
  void usePassesAndSeize() throws IOException {
    owner = OwnerFile.create(folder.resolve("owner"));
    try (Grant grant = owner.provision(DEVICE, bundle)) {
      chain = grant.chain();
      grant.write(folder.resolve("grant"));
    }
    WrittenTables.write(bundle, owner, DEVICE, 20, folder.resolve("tables"));
    DeviceState.init(folder.resolve("grant"), folder.resolve("state")).close();
    DeviceState state = DeviceState.open(folder.resolve("state"));
    byte[] leftover;
    try (PrivateSession session =
        PrivateSession.builder(new DeviceStateSupply(state), new FolderTables(openTables()), edge)
            .passesPerReservation(4)
            .open()) {
      for (int seed = 0; seed < USED; seed++) {
        await(session.submit(SessionModel.inputs(seed)));
      }
      leftover = Files.readAllBytes(chainFile("state.lep"));
    }
    // what a crash in the middle of writing would have left
    Files.write(chainFile("state.lep.tmp"), leftover);
  }

  @AfterEach
  void close() {
    owner.close();
    edge.close();
  }

  @Test
  void noKeyOfTheSeizedFiles_opensATableOrUnmasksTrafficOfAnEarlierPass() throws IOException {
    List<PassKey> keys = keysOfTheFiles();
    assertThat(keys).hasSizeGreaterThan(1000);
    int opened = 0;
    try (TableFolder tables = openTables()) {
      for (PassKey key : keys) {
        for (long pass = 0; pass < USED; pass++) {
          assertThat(opens(tables, pass, key)).isFalse();
          assertThat(unmasks(pass, key)).isFalse();
        }
        opened += opens(tables, USED, key) ? 1 : 0;
      }
    }
    assertThat(opened).as("the stored key opens the next pass").isPositive();
  }

  /** The attempts above would succeed with the keys that were erased. */
  @Test
  void withTheErasedKeys_theSameAttemptsSucceed() {
    try (TableFolder tables = openTables()) {
      for (long pass = 0; pass < USED; pass++) {
        PassKey key = owner.passKey(DEVICE, bundle.fingerprint(), chain, pass);
        assertThat(opens(tables, pass, key)).isTrue();
        assertThat(unmasks(pass, key)).isTrue();
      }
    }
  }

  @Test
  void afterAReopening_theTemporaryFileIsGone() {
    Path leftover = chainFile("state.lep.tmp");
    assertThat(leftover).exists();
    DeviceState.open(folder.resolve("state")).close();
    assertThat(leftover).doesNotExist();
    assertThatThrownBy(() -> Grant.read(folder.resolve("grant")))
        .as("the grant, which held the first key")
        .hasMessageContaining("found none");
  }

  /** Every 32 bytes of the state, temporary file included, and what the ratchet makes of it. */
  private List<PassKey> keysOfTheFiles() throws IOException {
    List<PassKey> keys = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder.resolve("state"))) {
      for (Path file : files.filter(SeizedDeviceTest::mayHoldKeys).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at + SecretKey.BYTES <= bytes.length; at++) {
          SecretKey window = SecretKey.copyOf(Arrays.copyOfRange(bytes, at, at + SecretKey.BYTES));
          PassKey key = PassKey.of(window);
          for (int step = 0; step < FORWARD; step++) {
            keys.add(key);
            key = key.next();
          }
        }
      }
    }
    return keys;
  }

  /** The device half is the model's, and public to whoever has the bundle. */
  private static boolean mayHoldKeys(Path file) {
    return Files.isRegularFile(file) && !file.endsWith("device.lep");
  }

  private static boolean opens(TableFolder tables, long pass, PassKey key) {
    try {
      // the smallest layer
      tables.readLayer(pass, key, 2, new int[7]);
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  /** Whether the recorded tensor of round 0 becomes small numbers under the key's mask. */
  private boolean unmasks(long pass, PassKey key) {
    int[] sent =
        edge.seen.stream()
            .filter(seen -> seen.pass() == pass && seen.round() == 0)
            .findFirst()
            .orElseThrow()
            .residues();
    int[] mask = new int[8];
    try (MaskGenerator generator = new MaskGenerator(key)) {
      generator.fill(0, mask, mask.length);
    }
    for (int i = 0; i < mask.length; i++) {
      int plain = Field.subtract(sent[i], mask[i]);
      if (plain > LARGEST_PLAIN && plain < Field.P - LARGEST_PLAIN) {
        return false;
      }
    }
    return true;
  }

  private Path chainFile(String name) {
    return folder.resolve("state").resolve(chain.toString()).resolve(name);
  }

  private TableFolder openTables() {
    return TableFolder.open(
        folder.resolve("tables"), DEVICE, chain, bundle.fingerprint(), bundle.plan());
  }
}
