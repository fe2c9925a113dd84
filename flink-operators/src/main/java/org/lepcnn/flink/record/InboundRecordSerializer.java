/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serializes {@link InboundRecord}; the layout is in the package's documentation. */
public final class InboundRecordSerializer extends ImmutableRecordSerializer<InboundRecord> {
  private static final long serialVersionUID = 1L;

  /** The only instance needed. */
  public static final InboundRecordSerializer INSTANCE = new InboundRecordSerializer();

  @Override
  public InboundRecord createInstance() {
    return new InboundRecord("", 0, 0, 0, new byte[0]);
  }

  @Override
  public void serialize(InboundRecord record, DataOutputView target) throws IOException {
    target.writeUTF(record.topic());
    target.writeInt(record.partition());
    target.writeLong(record.offset());
    target.writeLong(record.appendTimeMillis());
    writeBytes(target, record.value(), 0, record.value().length);
    target.writeUTF(record.compressed());
  }

  @Override
  public InboundRecord deserialize(DataInputView source) throws IOException {
    return new InboundRecord(
        source.readUTF(),
        source.readInt(),
        source.readLong(),
        source.readLong(),
        readBytes(source),
        source.readUTF());
  }

  @Override
  public TypeSerializerSnapshot<InboundRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Compatible with itself only: nothing of this type is kept. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<InboundRecord> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
