/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.nio.file.Path;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

/** What is published of a bundle. */
public final class PublishedBundle {
  private PublishedBundle() {}

  /**
   * The record of a bundle's edge half.
   *
   * @param uri where TaskManagers find it; null for the bundle's own file
   * @param name for people; null for the folder's
   */
  public static ModelRecord record(Path bundle, String uri, String name) {
    Fingerprint model = ModelBundle.readEdge(bundle).fingerprint();
    String address =
        uri == null
            ? bundle.resolve(ModelBundle.EDGE_FILE).toAbsolutePath().normalize().toUri().toString()
            : uri;
    return new ModelRecord(
        WireIds.wire(model),
        name == null ? bundle.toAbsolutePath().normalize().getFileName().toString() : name,
        address,
        new Id256(ModelBundle.manifest(bundle).deviceHash()),
        ModelStatus.AVAILABLE,
        System.currentTimeMillis());
  }
}
