/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.fuzz.ByteMutator;
import org.lepcnn.core.fuzz.FramedFiles;
import org.lepcnn.core.fuzz.FuzzRun;

/**
 * Damaged halves and manifests are read or refused with a typed error, nothing else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.bundle=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class BundleFuzzTest {
  private static final String READ = "read";

  private record Reader(byte[] file, Consumer<byte[]> read) {}

  @Test
  void damagedFiles_areReadOrRefused() {
    ModelBundle bundle = TestBundles.twoRounds(1);
    List<Reader> readers =
        List.of(
            new Reader(bundle.edge().toFile(), file -> EdgeHalf.parse("edge", file)),
            new Reader(bundle.device().toFile(), file -> DeviceHalf.parse("device", file)),
            new Reader(
                bundle.manifest().toFile(), file -> ModelBundle.Manifest.parse("manifest", file)));
    new FuzzRun(Long.getLong("fuzz.seed", 7), (random, number) -> attempt(readers, random, number))
        .check("Damaged bundle files", Long.getLong("fuzz.bundle", 20_000), READ, FuzzRun.REFUSED);
  }

  private static String attempt(List<Reader> readers, ByteMutator random, long number) {
    Reader reader = readers.get((int) (number % readers.size()));
    reader.read().accept(FramedFiles.damaged(random, reader.file(), random.oneOf(readers).file()));
    return READ;
  }
}
