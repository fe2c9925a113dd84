/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FramedFiles;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.device.key.Passphrase;

/**
 * Damaged states and grants are read or refused with a typed error, nothing else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.files=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class StateFuzzTest {
  private static final String READ = "read";

  @TempDir Path folder;
  private byte[] grant;
  private byte[] state;

  @BeforeEach
  void write() throws IOException {
    grant = Grants.grant(Grants.CHAIN).toFile();
    try (DeviceState open = Grants.init(folder)) {
      assertThat(open.nextPass()).isZero();
    }
    state = Files.readAllBytes(stateFile());
  }

  private Path stateFile() {
    return Grants.chainFolder(folder).resolve(StateFile.NAME);
  }

  @Test
  void damagedStates_areReadOrRefused() {
    check("Damaged states", this::state);
  }

  @Test
  void damagedDeviceHalvesOfAState_areRefused() throws IOException {
    Path file = Grants.chainFolder(folder).resolve(ChainFolders.DEVICE_HALF_FILE);
    byte[] good = Files.readAllBytes(file);
    new FuzzRun(
            Long.getLong("fuzz.seed", 20),
            (random, number) -> {
              byte[] mutant = FramedFiles.damaged(random, good, state);
              Files.write(file, mutant);
              DeviceState.open(folder.resolve("state")).close();
              return java.util.Arrays.equals(mutant, good) ? FuzzRun.REFUSED : READ;
            })
        .check("Damaged device halves of a state", 300, FuzzRun.REFUSED);
  }

  @Test
  void damagedGrants_areReadOrRefused() {
    check("Damaged grants", this::grant);
  }

  private static void check(String what, FuzzRun.Attempt attempt) {
    new FuzzRun(Long.getLong("fuzz.seed", 19), attempt)
        .check(what, Long.getLong("fuzz.files", 4_000), READ, FuzzRun.REFUSED);
  }

  private String state(ByteMutator random, long number) throws IOException {
    Files.write(stateFile(), FramedFiles.damaged(random, state, grant));
    if (random.onceIn(10)) {
      try (DeviceState open = DeviceState.open(folder.resolve("state"))) {
        assertThat(open.device()).isNotEmpty();
      }
    } else {
      StateFile read = StateFile.read(Grants.chainFolder(folder), Passphrase.none());
      assertThat(read.counts().nextPass()).isNotNegative();
      read.eraseKeys();
    }
    return READ;
  }

  private String grant(ByteMutator random, long number) throws IOException {
    Path file = folder.resolve("mutant.grant");
    Files.write(file, FramedFiles.damaged(random, grant, state));
    try (Grant read = Grant.read(file)) {
      assertThat(read.model()).isEqualTo(Grants.MODEL.fingerprint());
    }
    return READ;
  }
}
