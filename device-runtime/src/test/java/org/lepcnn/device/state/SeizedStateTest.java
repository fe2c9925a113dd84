/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

/**
 * A device is seized at any instant, powered off or not: no file of its state, temporary ones and
 * those without a name included, holds the key of a pass that was handed out, nor a key from which
 * one follows.
 */
@Tag("slow")
class SeizedStateTest {
  private static final String PASSES = "passes handed out";
  private static final int CHAIN = 24;
  private static final int FORWARD = 8;

  @TempDir Path folder;

  @Test
  void atNoInstant_aFileLeadsToAPassThatWasHandedOut() throws IOException {
    Map<String, Long> passOfKey = knownKeys();
    int keysFound = 0;
    for (PowerLossStore.Outcome outcome : seizures()) {
      for (byte[] file : changingFiles(outcome)) {
        for (int at = 0; at + SecretKey.BYTES <= file.length; at++) {
          Long pass = passOfKey.get(hex(file, at));
          if (pass != null) {
            assertThat(pass).isGreaterThanOrEqualTo(outcome.promised(PASSES));
            keysFound++;
          }
        }
      }
    }
    assertThat(keysFound).as("the search finds keys that are there").isGreaterThan(10);
  }

  /** Files that were replaced or deleted have no name and are still in their blocks. */
  @Test
  void atNoInstant_theRawDiskHoldsTheKeyOfAPassThatWasHandedOut() throws IOException {
    for (int kills = 0; kills < 40; kills++) {
      PowerLossStore store = store(Files.createDirectory(folder.resolve("killed-" + kills)));
      store.killAfter(kills);
      livesAndGoesOn(store);
      assertThat(keysOfUsedPasses(store)).isZero();
    }
  }

  /** The search above finds what was not overwritten durably. */
  @Test
  void theRawDisk_withoutSyncedContents_holdsThem() throws IOException {
    PowerLossStore store = store(folder).droppingFileSyncs();
    livesAndGoesOn(store);
    assertThat(keysOfUsedPasses(store)).isPositive();
  }

  private static PowerLossStore store(Path here) throws IOException {
    Grants.init(here).close();
    return new PowerLossStore(here.resolve("state"));
  }

  /** A life that may be cut short, and one after it. */
  private static void livesAndGoesOn(PowerLossStore store) {
    Path chain = store.root().resolve(Grants.CHAIN.toString());
    try (DeviceState state = DeviceState.open(chain, store)) {
      DurableReservation passes = state.reserve(4);
      take(passes, store);
      state.recordIntegrityFailure();
      take(passes, store);
    } catch (EnvironmentException e) {
      // killed
    }
    store.killAfter(Integer.MAX_VALUE);
    try (DeviceState state = DeviceState.open(chain, store)) {
      take(state.reserve(2), store);
      take(state.reserve(2), store);
    }
  }

  private static int keysOfUsedPasses(PowerLossStore store) {
    Map<String, Long> passOfKey = knownKeys();
    int found = 0;
    for (PowerLossStore.Blocks blocks : store.raw()) {
      byte[] bytes = blocks.bytes();
      for (int at = 0; at + SecretKey.BYTES <= bytes.length; at++) {
        Long pass = passOfKey.get(hex(bytes, at));
        found += pass != null && pass < blocks.promised(PASSES) ? 1 : 0;
      }
    }
    return found;
  }

  /** HKDF of whatever 32 bytes stand in the files leads to no earlier key either. */
  @Test
  void whatFollowsFromAFilesBytes_isNoKeyOfAPassThatWasHandedOut() throws IOException {
    Map<String, Long> passOfKey = knownKeys();
    int keysFound = 0;
    PowerLossStore.Outcome last = null;
    for (PowerLossStore.Outcome outcome : seizures()) {
      last = outcome;
    }
    for (byte[] file : last.files().values()) {
      for (int at = 0; at + SecretKey.BYTES <= file.length; at++) {
        byte[] window = Arrays.copyOfRange(file, at, at + SecretKey.BYTES);
        PassKey key = PassKey.of(SecretKey.copyOf(window), CipherSuite.AES);
        for (int step = 0; step < FORWARD; step++) {
          Long pass = passOfKey.get(hex(TestSecrets.bytes(key), 0));
          if (pass != null) {
            assertThat(pass).isGreaterThanOrEqualTo(last.promised(PASSES));
            keysFound++;
          }
          key = key.next();
        }
      }
    }
    assertThat(keysFound).isEqualTo(FORWARD);
  }

  /** Reservations, a failure, a clean close, and a process that is killed while it writes. */
  private Iterable<PowerLossStore.Outcome> seizures() throws IOException {
    Grants.init(folder).close();
    Path root = folder.resolve("state");
    Path chain = root.resolve(Grants.CHAIN.toString());
    PowerLossStore store = new PowerLossStore(root);
    try (DeviceState state = DeviceState.open(chain, store)) {
      DurableReservation passes = state.reserve(4);
      take(passes, store);
      take(passes, store);
      state.recordIntegrityFailure();
      take(passes, store);
    }
    try (DeviceState state = DeviceState.open(chain, store)) {
      take(state.reserve(3), store);
      store.killAfter(2);
      assertThatThrownBy(state::recordIntegrityFailure).isInstanceOf(EnvironmentException.class);
      store.killAfter(Integer.MAX_VALUE);
    }
    return store.outcomes();
  }

  /** The device half is the same at every instant; the other test searches it. */
  private static List<byte[]> changingFiles(PowerLossStore.Outcome outcome) {
    return outcome.files().entrySet().stream()
        .filter(file -> !file.getKey().endsWith(ChainFolders.DEVICE_HALF_FILE))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static void take(DurableReservation passes, PowerLossStore store) {
    DurablePass taken = passes.take();
    store.promise(PASSES, taken.number() + 1);
    taken.finish();
  }

  /** Every key of the first passes and what is derived from it, by its bytes. */
  private static Map<String, Long> knownKeys() {
    Map<String, Long> passOfKey = new HashMap<>();
    for (long pass = 0; pass < CHAIN; pass++) {
      PassKey key = Grants.passKey(pass);
      for (byte[] bytes :
          new byte[][] {
            TestSecrets.bytes(key),
            TestSecrets.bytes(key.maskKey(ResidueField.P31)),
            TestSecrets.bytes(key.redrawKey(ResidueField.P31)),
          }) {
        passOfKey.put(hex(bytes, 0), pass);
      }
    }
    return passOfKey;
  }

  private static String hex(byte[] bytes, int at) {
    return HexFormat.of().formatHex(bytes, at, at + SecretKey.BYTES);
  }
}
