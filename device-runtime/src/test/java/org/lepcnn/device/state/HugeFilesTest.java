/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.fuzz.SparseFiles;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.owner.OwnerFile;

/** Files with keys that have grown beyond memory, their first bytes as they were: refused. */
class HugeFilesTest {
  @TempDir private Path folder;

  @Test
  void aHugeState_isRefused() throws IOException {
    Grants.init(folder).close();
    SparseFiles.enlarge(Grants.chainFolder(folder).resolve(StateFile.NAME));

    refused(() -> DeviceState.open(folder.resolve("state")).close());
    refused(() -> DeviceState.describe(folder.resolve("state")));
  }

  /** One that memory would hold is no state either. */
  @Test
  void aStateOfAMegabyte_isRefused() throws IOException {
    Grants.init(folder).close();
    SparseFiles.enlarge(Grants.chainFolder(folder).resolve(StateFile.NAME), 1 << 20);

    refused(() -> DeviceState.open(folder.resolve("state")).close());
  }

  @Test
  void aHugeDeviceHalf_isRefused() throws IOException {
    Grants.init(folder).close();
    SparseFiles.enlarge(Grants.chainFolder(folder).resolve(ModelBundle.DEVICE_FILE));

    refused(() -> DeviceState.open(folder.resolve("state")).close());
  }

  @Test
  void aHugeGrant_isRefused_andKept() throws IOException {
    Path file = folder.resolve("grant.lep");
    Grants.grant(Grants.CHAIN).write(file);
    SparseFiles.enlarge(file);

    refused(() -> Grant.read(file).close());
    refused(() -> Grant.describe(file));
    refused(() -> DeviceState.init(file, folder.resolve("state")).close());
    assertThat(file).exists();
  }

  @Test
  void aHugeOwnerFile_isRefused() throws IOException {
    Path file = folder.resolve("owner.lep");
    OwnerFile.create(file).close();
    SparseFiles.enlarge(file);

    refused(() -> OwnerFile.open(file).close());
    refused(() -> OwnerFile.describe(file));
  }

  private static void refused(ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected at most");
  }
}
