/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes {@link OutgoingRecord}; the layout is in the package's documentation. */
public final class OutgoingRecordSerializer extends ImmutableRecordSerializer<OutgoingRecord> {
  private static final long serialVersionUID = 1L;

  /** The only instance needed. */
  public static final OutgoingRecordSerializer INSTANCE = new OutgoingRecordSerializer();

  @Override
  public OutgoingRecord createInstance() {
    return new OutgoingRecord("", "", new byte[0]);
  }

  @Override
  public void serialize(OutgoingRecord record, DataOutputView target) throws IOException {
    target.writeUTF(record.topic());
    target.writeUTF(record.key());
    writeBytes(target, record.value(), 0, record.value().length);
  }

  @Override
  public OutgoingRecord deserialize(DataInputView source) throws IOException {
    return new OutgoingRecord(source.readUTF(), source.readUTF(), readBytes(source));
  }

  @Override
  public TypeSerializerSnapshot<OutgoingRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Compatible with itself only: nothing of this type is kept. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<OutgoingRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
