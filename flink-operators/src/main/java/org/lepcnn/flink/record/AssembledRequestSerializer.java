/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.kafka.chunk.ByteSlice;

/** Serializes {@link AssembledRequest}; the layout is in the package's documentation. */
public final class AssembledRequestSerializer extends ImmutableRecordSerializer<AssembledRequest> {
  private static final long serialVersionUID = 1L;
  private static final byte CLAIM = 0;
  private static final byte RELEASE = 1;
  private static final byte ROUND = 2;

  /** The only instance needed. */
  public static final AssembledRequestSerializer INSTANCE = new AssembledRequestSerializer();

  /** None: there is no empty request, and nothing is read into one that is there. */
  @Override
  public @Nullable AssembledRequest createInstance() {
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
    writeCall(header.call(), target);
    target.writeLong(header.expiresAtMillis());
  }

  private static RequestHeader readHeader(DataInputView source) throws IOException {
    return new RequestHeader(
        source.readUTF(), source.readInt(), source.readLong(), readCall(source), source.readLong());
  }

  private static void writeCall(EdgeCall call, DataOutputView target) throws IOException {
    target.writeUTF(call.device());
    target.writeLong(call.chain().high());
    target.writeLong(call.chain().low());
    target.write(call.model().toBytes());
    target.writeLong(call.instance().high());
    target.writeLong(call.instance().low());
    if (call instanceof PassClaim claim) {
      target.writeByte(CLAIM);
      target.writeLong(claim.firstPass());
      target.writeLong(claim.lastPass());
    } else if (call instanceof PassRelease release) {
      target.writeByte(RELEASE);
      target.writeLong(release.firstFree());
    } else if (call instanceof PassRound round) {
      target.writeByte(ROUND);
      target.writeLong(round.pass().pass());
      target.writeInt(round.round());
    }
  }

  private static EdgeCall readCall(DataInputView source) throws IOException {
    String device = source.readUTF();
    ChainId chain = new ChainId(source.readLong(), source.readLong());
    byte[] bytes = new byte[Fingerprint.BYTES];
    source.readFully(bytes);
    Fingerprint model = Fingerprint.of(bytes);
    InstanceId instance = new InstanceId(source.readLong(), source.readLong());
    return switch (source.readByte()) {
      case CLAIM ->
          new PassClaim(device, chain, model, source.readLong(), source.readLong(), instance);
      case RELEASE -> new PassRelease(device, chain, model, source.readLong(), instance);
      default ->
          new PassRound(
              new PassId(device, chain, model, source.readLong()), source.readInt(), instance);
    };
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
