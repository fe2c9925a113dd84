/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.lepcnn.core.io.Varint;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;

/**
 * Serializes {@link DeviceGuard}; the layout is in the package's documentation.
 *
 * <p>Every value starts with its layout's version, so that a later version reads what an earlier
 * one wrote without a migration; the snapshot carries the version too and refuses a newer one.
 */
public final class DeviceGuardSerializer extends TypeSerializerSingleton<DeviceGuard> {
  private static final long serialVersionUID = 1L;

  /** The only instance needed. */
  public static final DeviceGuardSerializer INSTANCE = new DeviceGuardSerializer();

  static final int VERSION = 3;

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public DeviceGuard createInstance() {
    return new DeviceGuard();
  }

  @Override
  public DeviceGuard copy(DeviceGuard from) {
    return from.copy();
  }

  @Override
  public DeviceGuard copy(DeviceGuard from, DeviceGuard reuse) {
    return from.copy();
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(DeviceGuard record, DataOutputView target) throws IOException {
    target.writeByte(VERSION);
    writeVarint(record.chains().size(), target);
    for (ChainGuard chain : record.chains()) {
      writeChain(chain, target);
    }
    writeVarint(record.retired().size(), target);
    for (ChainId retired : record.retired()) {
      target.writeLong(retired.high());
      target.writeLong(retired.low());
    }
  }

  @Override
  public DeviceGuard deserialize(DataInputView source) throws IOException {
    int version = source.readUnsignedByte();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "Reading guard state: expected layout version 1 to %s; found %s."
              .formatted(VERSION, version));
    }
    DeviceGuard device = new DeviceGuard();
    long chains = version < 3 ? source.readUnsignedByte() : readVarint(source);
    for (long i = 0; i < chains; i++) {
      device.chains().add(readChain(source, version));
    }
    long retired = version < 3 ? 0 : readVarint(source);
    for (long i = 0; i < retired; i++) {
      device.addRetired(new ChainId(source.readLong(), source.readLong()));
    }
    return device;
  }

  @Override
  public DeviceGuard deserialize(DeviceGuard reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public TypeSerializerSnapshot<DeviceGuard> snapshotConfiguration() {
    return new Snapshot();
  }

  private static void writeChain(ChainGuard chain, DataOutputView target) throws IOException {
    target.writeLong(chain.chain().high());
    target.writeLong(chain.chain().low());
    target.write(chain.model().toBytes());
    target.writeLong(chain.instance().high());
    target.writeLong(chain.instance().low());
    writeVarint(chain.first(), target);
    writeVarint(chain.last() - chain.first() + 1, target);
    writeVarint(chain.othersLast() + 1, target);
    target.writeBoolean(chain.released());
    OpenPasses open = chain.open();
    writeVarint(open.floor(), target);
    target.writeByte(open.size());
    long previous = open.floor();
    for (int i = 0; i < open.size(); i++) {
      writeVarint(open.pass(i) - previous, target);
      writeVarint(open.round(i), target);
      target.writeLong(open.digest(i));
      previous = open.pass(i);
    }
  }

  private static ChainGuard readChain(DataInputView source, int version) throws IOException {
    ChainId id = new ChainId(source.readLong(), source.readLong());
    byte[] model = new byte[Fingerprint.BYTES];
    source.readFully(model);
    InstanceId instance = new InstanceId(source.readLong(), source.readLong());
    long first = readVarint(source);
    long passes = readVarint(source) + (version == 1 ? 1 : 0);
    long othersLast = readVarint(source) - 1;
    boolean released = version > 1 && source.readBoolean();
    OpenPasses open = new OpenPasses(readVarint(source));
    int count = source.readUnsignedByte();
    long previous = open.floor();
    for (int i = 0; i < count; i++) {
      previous += readVarint(source);
      int round = (int) readVarint(source);
      open.add(previous, round, source.readLong());
    }
    return new ChainGuard(
        id, Fingerprint.of(model), instance, first, first + passes - 1, othersLast, released, open);
  }

  private static void writeVarint(long value, DataOutputView target) throws IOException {
    Varint.write(value, target::writeByte);
  }

  private static long readVarint(DataInputView source) throws IOException {
    return Varint.read(
        source::readByte,
        () -> new IOException("Reading guard state: a number does not end. The state is damaged."));
  }

  /** The layout's version in savepoints and checkpoints. */
  public static final class Snapshot implements TypeSerializerSnapshot<DeviceGuard> {
    private int writtenVersion = VERSION;

    @Override
    public int getCurrentVersion() {
      return 1;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
      out.writeInt(writtenVersion);
    }

    @Override
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader loader)
        throws IOException {
      writtenVersion = in.readInt();
    }

    @Override
    public TypeSerializer<DeviceGuard> restoreSerializer() {
      return INSTANCE;
    }

    @Override
    public TypeSerializerSchemaCompatibility<DeviceGuard> resolveSchemaCompatibility(
        TypeSerializerSnapshot<DeviceGuard> old) {
      return old instanceof Snapshot snapshot && snapshot.writtenVersion <= VERSION
          ? TypeSerializerSchemaCompatibility.compatibleAsIs()
          : TypeSerializerSchemaCompatibility.incompatible();
    }
  }
}
