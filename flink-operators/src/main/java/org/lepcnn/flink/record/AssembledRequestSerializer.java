/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.kafka.codec.ByteSlice;

/** Serializes {@link AssembledRequest}; the layout is in the package's documentation. */
public final class AssembledRequestSerializer extends ImmutableRecordSerializer<AssembledRequest> {
  private static final long serialVersionUID = 1L;

  /** The only instance needed. */
  public static final AssembledRequestSerializer INSTANCE = new AssembledRequestSerializer();

  @Override
  public AssembledRequest createInstance() {
    return null;
  }

  @Override
  public void serialize(AssembledRequest record, DataOutputView target) throws IOException {
    writeHeader(record.header(), target);
    target.writeLong(record.digest());
    target.writeInt(record.tensors().size());
    for (TensorPayload tensor : record.tensors()) {
      writeTensor(tensor, target);
    }
  }

  @Override
  public AssembledRequest deserialize(DataInputView source) throws IOException {
    RequestHeader header = readHeader(source);
    long digest = source.readLong();
    int count = source.readInt();
    List<TensorPayload> tensors = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      tensors.add(readTensor(source));
    }
    return new AssembledRequest(header, digest, tensors);
  }

  @Override
  public TypeSerializerSnapshot<AssembledRequest> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Compatible with itself only: nothing of this type is kept. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<AssembledRequest> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }

  private static void writeHeader(RequestHeader header, DataOutputView target) throws IOException {
    target.writeUTF(header.topic());
    target.writeInt(header.partition());
    target.writeLong(header.offset());
    target.writeUTF(header.device());
    target.writeLong(header.chain().high());
    target.writeLong(header.chain().low());
    target.write(header.model().toBytes());
    target.writeLong(header.firstPass());
    target.writeLong(header.lastPass());
    target.writeInt(header.round());
    target.writeLong(header.instance().high());
    target.writeLong(header.instance().low());
    target.writeLong(header.expiresAtMillis());
  }

  private static RequestHeader readHeader(DataInputView source) throws IOException {
    String topic = source.readUTF();
    int partition = source.readInt();
    long offset = source.readLong();
    String device = source.readUTF();
    ChainId chain = new ChainId(source.readLong(), source.readLong());
    byte[] model = new byte[Fingerprint.BYTES];
    source.readFully(model);
    return new RequestHeader(
        topic,
        partition,
        offset,
        device,
        chain,
        Fingerprint.of(model),
        source.readLong(),
        source.readLong(),
        source.readInt(),
        new InstanceId(source.readLong(), source.readLong()),
        source.readLong());
  }

  private static void writeTensor(TensorPayload tensor, DataOutputView target) throws IOException {
    target.writeInt(tensor.id());
    target.writeInt(tensor.elements());
    target.writeInt(tensor.slices().size());
    for (ByteSlice slice : tensor.slices()) {
      writeBytes(target, slice.array(), slice.offset(), slice.length());
    }
  }

  private static TensorPayload readTensor(DataInputView source) throws IOException {
    int id = source.readInt();
    int elements = source.readInt();
    int count = source.readInt();
    List<ByteSlice> slices = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      slices.add(ByteSlice.of(readBytes(source)));
    }
    return new TensorPayload(id, elements, slices);
  }
}
