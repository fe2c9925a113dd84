/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import org.lepcnn.core.model.Fingerprint;

/**
 * A model as it was published.
 *
 * @param id its fingerprint
 * @param name for people
 * @param edgeHalf where the edge half lies, a URI
 * @param deviceHash SHA-256 of the device half, which proves the fingerprint; not to be changed
 * @param available whether devices may use it; not so when it was withdrawn
 */
public record PublishedModel(
    Fingerprint id, String name, String edgeHalf, byte[] deviceHash, boolean available) {
  /** Names the model. */
  @Override
  public String toString() {
    return name + " (" + id.shortName() + ")";
  }
}
