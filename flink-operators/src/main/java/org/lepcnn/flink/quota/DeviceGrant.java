/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import java.util.List;
import org.lepcnn.core.model.Fingerprint;

/**
 * What an enrolled device may do; shared between devices that may do the same.
 *
 * @param gateway the gateway that speaks for it; {@link #ANY} for all
 * @param models the models that it may use; null for all
 * @param requestsPerSecond its quota of rounds and claims; 0 for the job's default
 * @param bytesPerSecond its quota of masked tensors; 0 for the job's default
 * @param revoked whether it may do nothing at all
 */
public record DeviceGrant(
    String gateway,
    List<Fingerprint> models,
    long requestsPerSecond,
    long bytesPerSecond,
    boolean revoked) {
  public static final String ANY = "*";

  /** What every device may do on an edge without admission. */
  public static final DeviceGrant OPEN = new DeviceGrant(ANY, null, 0, 0, false);

  public DeviceGrant {
    models = models == null ? null : List.copyOf(models);
  }

  public boolean speaksThrough(String name) {
    return gateway.equals(ANY) || gateway.equals(name);
  }

  public boolean mayUse(Fingerprint model) {
    return models == null || models.contains(model);
  }
}
