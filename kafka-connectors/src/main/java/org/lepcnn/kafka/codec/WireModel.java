/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;
import org.lepcnn.kafka.wire.ClaimRequest;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.Id128;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.LayerChunk;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;
import org.lepcnn.kafka.wire.Rejection;
import org.lepcnn.kafka.wire.ReleaseRequest;
import org.lepcnn.kafka.wire.TensorChunk;

/**
 * Avro's data model with a closed list of classes: a schema's name never makes it load a class. So
 * it needs no JVM-wide list of trusted packages either.
 */
final class WireModel extends SpecificData {
  static final WireModel INSTANCE = new WireModel();

  private final Map<String, Class<?>> classes = new HashMap<>();

  private WireModel() {
    super(WireModel.class.getClassLoader());
    for (Class<?> type :
        List.of(
            ClaimRequest.class,
            ReleaseRequest.class,
            TensorChunk.class,
            LayerChunk.class,
            EdgeReply.class,
            Rejection.class,
            ModelRecord.class,
            ModelStatus.class,
            DeviceRecord.class,
            DeviceStatus.class,
            Id128.class,
            Id256.class)) {
      classes.put(type.getName(), type);
    }
  }

  @Override
  public @Nullable Class<?> getClass(Schema schema) {
    return switch (schema.getType()) {
      case RECORD, FIXED, ENUM -> classes.get(schema.getFullName());
      default -> super.getClass(schema);
    };
  }
}
