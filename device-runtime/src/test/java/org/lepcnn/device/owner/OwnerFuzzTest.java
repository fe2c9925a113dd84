/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.FramedFiles;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.SmallModel;

/**
 * Damaged owner files are read or refused with a typed error, nothing else.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.files=N} and {@code
 * -Dfuzz.seed=S}.
 */
@Tag("slow")
class OwnerFuzzTest {
  private static final String READ = "read";

  @TempDir Path folder;

  @Test
  void damagedOwnerFiles_areReadOrRefused() throws IOException {
    Path file = folder.resolve("owner.lep");
    byte[] good = ownerFile(file);
    new FuzzRun(
            Long.getLong("fuzz.seed", 23),
            (random, number) -> {
              Files.write(file, FramedFiles.damaged(random, good, good));
              try (OwnerFile owner = OwnerFile.open(file)) {
                owner.ledger().forEach(e -> assertThat(e.issuedPasses()).isNotNegative());
              }
              return READ;
            })
        .check("Damaged owner files", Long.getLong("fuzz.files", 4_000), READ, FuzzRun.REFUSED);
  }

  private static byte[] ownerFile(Path file) throws IOException {
    ModelBundle model = SmallModel.bundle("a");
    try (OwnerFile owner = OwnerFile.create(file)) {
      for (String device : new String[] {"meter-1", "meter-2", "meter-1"}) {
        owner.provision(device, model).close();
        owner.issue(device, model.fingerprint(), 100);
      }
    }
    return Files.readAllBytes(file);
  }
}
