/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.device.file.DurableStore;
import org.lepcnn.device.file.FileSystemStore;
import org.lepcnn.device.file.ForwardingStore;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;

/**
 * A state on a real ext4 file system in an image, whose every byte is searched afterwards. Needs
 * the right to mount; skipped where there is none.
 */
@Tag("slow")
class RawImageTest {
  private static final int IMAGE_BYTES = 16 << 20;
  private static final int RESERVATIONS = 12;

  /** All that are taken, and the one that the state holds in the end. */
  private static final int PASSES = 2 * RESERVATIONS;

  @TempDir Path folder;
  private Path image;
  private Path mounted;

  @BeforeEach
  void makeFileSystem() throws Exception {
    image = folder.resolve("image");
    Files.write(image, new byte[IMAGE_BYTES]);
    mounted = Files.createDirectory(folder.resolve("mounted"));
    Assumptions.assumeTrue(
        runs("mkfs.ext4", "-q", "-F", image.toString())
            && runs("mount", "-o", "loop", image.toString(), mounted.toString())
            && runs("umount", mounted.toString()),
        "no file system can be made and mounted here: the raw image is not searched");
  }

  @Test
  void noKeyOfAnEndedPass_isOnTheDisk() throws Exception {
    Set<Long> found = passesOnTheDiskAfterALife(new FileSystemStore());
    assertThat(found).as("the next pass's key, which the state holds").contains((long) PASSES);
    assertThat(found).allMatch(pass -> pass >= PASSES);
  }

  /** The search finds what is deleted without being overwritten. */
  @Test
  void withoutOverwriting_theKeysOfEndedPassesAreThere() throws Exception {
    DurableStore deleting =
        new ForwardingStore() {
          @Override
          public void erase(Path file) throws IOException {
            Files.delete(file);
          }
        };
    assertThat(passesOnTheDiskAfterALife(deleting)).contains(0L, 2L, 4L);
  }

  /** Grant, init, passes, failures, and orderly ends, which give passes back. */
  private Set<Long> passesOnTheDiskAfterALife(DurableStore store) throws Exception {
    assertThat(runs("mount", "-o", "loop", image.toString(), mounted.toString())).isTrue();
    try {
      Path grant = mounted.resolve("grant.lep");
      Grants.grant(Grants.CHAIN).write(grant);
      DeviceState.init(grant, mounted.resolve("state"), store).close();
      Path chain = Grants.chainFolder(mounted);
      for (int i = 0; i < RESERVATIONS; i++) {
        try (DeviceState state = DeviceState.open(chain, store)) {
          DurableReservation passes = state.reserve(4);
          passes.take().finish();
          state.recordIntegrityFailure();
          passes.take().finish();
        }
      }
    } finally {
      assertThat(runs("umount", mounted.toString())).isTrue();
    }
    return passesFoundIn(Files.readAllBytes(image));
  }

  private static Set<Long> passesFoundIn(byte[] disk) {
    Map<Long, List<Long>> passesByStart = new HashMap<>();
    Map<Long, byte[]> keyOfPass = new HashMap<>();
    PassKey key = Grants.passKey(0);
    for (long pass = 0; pass <= PASSES + 4; pass++) {
      keyOfPass.put(pass, TestSecrets.bytes(key));
      long start = ByteBuffer.wrap(TestSecrets.bytes(key)).getLong();
      passesByStart.computeIfAbsent(start, none -> new ArrayList<>()).add(pass);
      key = key.next();
    }
    Set<Long> found = new HashSet<>();
    ByteBuffer all = ByteBuffer.wrap(disk);
    for (int at = 0; at + SecretKey.BYTES <= disk.length; at++) {
      for (long pass : passesByStart.getOrDefault(all.getLong(at), List.of())) {
        byte[] wanted = keyOfPass.get(pass);
        if (Arrays.equals(disk, at, at + wanted.length, wanted, 0, wanted.length)) {
          found.add(pass);
        }
      }
    }
    return found;
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(600, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
