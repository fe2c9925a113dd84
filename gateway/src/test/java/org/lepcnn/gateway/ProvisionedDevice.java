/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.nio.file.Path;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.precompute.Precompute;
import org.lepcnn.precompute.PrecomputeOptions;

/** A device with its state and tables, made by the library calls behind the commands. */
public record ProvisionedDevice(
    String id, ModelBundle bundle, Path bundleFolder, Path state, Path tables) {
  /** Provisions a device and makes its tables. */
  public static ProvisionedDevice create(Path folder, ModelBundle bundle, String id, int passes) {
    return create(folder, bundle, id, passes, CipherSuite.AES);
  }

  /** As {@link #create(Path, ModelBundle, String, int)}, with a suite of its chain's own. */
  public static ProvisionedDevice create(
      Path folder, ModelBundle bundle, String id, int passes, CipherSuite suite) {
    Path bundleFolder = folder.resolve("bundle");
    bundle.write(bundleFolder);
    Path owner = folder.resolve(id + ".owner");
    Path grantFile = folder.resolve(id + ".grant");
    try (OwnerFile file = OwnerFile.create(owner);
        Grant grant = file.provision(id, bundle, suite)) {
      grant.write(grantFile);
    }
    Path tables = folder.resolve(id + "-tables");
    Precompute.run(
        PrecomputeOptions.builder()
            .ownerFile(owner)
            .bundle(bundleFolder)
            .device(id)
            .passes(passes)
            .output(tables)
            .build(),
        progress -> {});
    Path state = folder.resolve(id + "-state");
    DeviceState.init(grantFile, state).close();
    return new ProvisionedDevice(id, bundle, bundleFolder, state, tables);
  }
}
