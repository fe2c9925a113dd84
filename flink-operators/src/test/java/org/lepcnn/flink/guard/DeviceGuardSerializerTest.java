/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.flink.testkit.Requests;

class DeviceGuardSerializerTest {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final DeviceGuardSerializer SERIALIZER = DeviceGuardSerializer.INSTANCE;

  private static DeviceGuard device(int openPasses, int stride) {
    DeviceGuard device = new DeviceGuard();
    ReplayGuard guard = new ReplayGuard(GuardLimits.DEFAULT);
    guard.claim(
        device,
        Requests.claimCall("d", MODEL, Requests.INSTANCE, 3, 1_000_000),
        ExcludedChains.NONE);
    for (int i = 0; i < openPasses; i++) {
      guard.round(
          device,
          Requests.roundCall("d", MODEL, Requests.INSTANCE, 3 + (long) i * stride, i % 5),
          -i);
    }
    return device;
  }

  private static byte[] bytes(DeviceGuard device) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    SERIALIZER.serialize(device, out);
    return out.getCopyOfBuffer();
  }

  private static DeviceGuard read(byte[] bytes) throws IOException {
    return SERIALIZER.deserialize(new DataInputDeserializer(bytes));
  }

  @Test
  void roundTrip_keepsEverything() throws IOException {
    DeviceGuard device = device(64, 1_000);
    new ReplayGuard(GuardLimits.DEFAULT)
        .claim(
            device,
            Requests.claimCall("d", MODEL, Requests.OTHER_INSTANCE, 1_000_001, 1_000_002),
            ExcludedChains.NONE);
    ChainGuard chain = read(bytes(device)).chains().get(0);
    assertThat(chain.chain()).isEqualTo(Requests.CHAIN);
    assertThat(chain.model()).isEqualTo(MODEL);
    assertThat(chain.instance()).isEqualTo(Requests.OTHER_INSTANCE);
    assertThat(chain.first()).isEqualTo(1_000_001);
    assertThat(chain.last()).isEqualTo(1_000_002);
    assertThat(chain.othersLast()).isEqualTo(1_000_000);
    assertThat(chain.open().floor()).isEqualTo(1_000_001);
    assertThat(chain.open().size()).isZero();
    DeviceGuard open = device(7, 3);
    assertThat(bytes(read(bytes(open)))).isEqualTo(bytes(open));
    OpenPasses passes = read(bytes(open)).chains().get(0).open();
    assertThat(passes.size()).isEqualTo(7);
    assertThat(passes.pass(6)).isEqualTo(21);
    assertThat(passes.round(6)).isEqualTo(1);
    assertThat(passes.digest(6)).isEqualTo(-6);
  }

  @Test
  void deviceWithAFullWindow_takesLessThan1024Bytes() throws IOException {
    assertThat(bytes(device(64, 1))).hasSizeLessThan(730);
    assertThat(bytes(device(64, 15_000))).hasSizeLessThan(1_024);
    assertThat(bytes(device(2, 1))).hasSizeLessThan(120);
  }

  @Test
  void releasedClaim_roundTrips_evenWhenItIsEmpty() throws IOException {
    DeviceGuard device = device(0, 1);
    ReplayGuard guard = new ReplayGuard(GuardLimits.DEFAULT);
    assertThat(
            guard
                .release(device, Requests.releaseCall("d", MODEL, Requests.INSTANCE, 3))
                .accepted())
        .isTrue();
    ChainGuard chain = read(bytes(device)).chains().get(0);
    assertThat(chain.released()).isTrue();
    assertThat(chain.first()).isEqualTo(3);
    assertThat(chain.last()).isEqualTo(2);
    assertThat(chain.copy().released()).isTrue();
  }

  /** One chain, claim 3 to 1,000,000, one open pass, as the first release wrote it. */
  @Test
  void stateOfVersion1_isRead() throws IOException {
    byte[] now = bytes(device(1, 1));
    byte[] open = Arrays.copyOfRange(now, now.length - 13, now.length - 1); // behind: none retired
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    first.write(1);
    first.write(now, 1, 1 + 16 + 32 + 16 + 1);
    first.writeBytes(new byte[] {(byte) 0xbd, (byte) 0x84, 0x3d, 0}); // 999,997; none before
    first.writeBytes(open);
    ChainGuard chain = read(first.toByteArray()).chains().get(0);
    assertThat(chain.last()).isEqualTo(1_000_000);
    assertThat(chain.othersLast()).isEqualTo(ChainGuard.NONE);
    assertThat(chain.released()).isFalse();
    assertThat(bytes(read(first.toByteArray()))).isEqualTo(now);
  }

  /**
   * Claim 3 to 399, released from 400 on, passes 3 and 300 open, as the release before wrote it.
   */
  @Test
  void stateOfVersion2_isRead() throws IOException {
    String written =
        "0201"
            + "000000000000000b000000000000000c"
            + "00".repeat(32)
            + "00000000000000010000000000000001"
            + "038d030001030200000000000000000005a90204ffffffffffffffff";
    DeviceGuard device = read(HexFormat.of().parseHex(written));
    ChainGuard chain = device.chains().get(0);
    assertThat(chain.chain()).isEqualTo(Requests.CHAIN);
    assertThat(chain.instance()).isEqualTo(Requests.INSTANCE);
    assertThat(chain.last()).isEqualTo(399);
    assertThat(chain.released()).isTrue();
    assertThat(chain.open().pass(1)).isEqualTo(300);
    assertThat(chain.open().digest(1)).isEqualTo(-1);
    assertThat(HexFormat.of().formatHex(bytes(device)))
        .isEqualTo("03" + written.substring(2) + "00");
  }

  @Test
  void manyChainsAndRetiredOnes_roundTrip() throws IOException {
    DeviceGuard device = new DeviceGuard();
    ReplayGuard guard = new ReplayGuard(new GuardLimits(300, 300, 1_000));
    for (int i = 0; i < 300; i++) {
      ChainId chain = new ChainId(1, i);
      guard.claim(
          device,
          Requests.claimCall("d", chain, MODEL, Requests.INSTANCE, i, i),
          ExcludedChains.NONE);
      device.addRetired(new ChainId(2, i));
    }
    DeviceGuard read = read(bytes(device));
    assertThat(read.chains()).hasSize(300);
    assertThat(read.chains().get(299).first()).isEqualTo(299);
    assertThat(read.retired()).hasSize(300).contains(new ChainId(2, 299));
    assertThat(bytes(read.copy())).isEqualTo(bytes(device));
  }

  /** What the documents say of the largest states. */
  @Test
  void deviceWithAllItsChains_staysWithinItsBound() throws IOException {
    int chain = bytes(device(64, 1)).length - 3;
    assertThat(GuardLimits.DEFAULT.chainsPerModel() * chain).isLessThan(6_144);
    assertThat(GuardLimits.DEFAULT.chainsPerDevice() * chain).isLessThan(1_500_000);
  }

  @Test
  void layoutOfVersion3_isFixed() throws IOException {
    byte[] bytes = bytes(device(1, 1));
    assertThat(bytes).hasSize(2 + 16 + 32 + 16 + 1 + 3 + 1 + 1 + 1 + 1 + 1 + 1 + 8 + 1);
    assertThat(bytes[0]).isEqualTo((byte) 3);
    assertThat(bytes[1]).isEqualTo((byte) 1);
    assertThat(bytes[9]).isEqualTo((byte) 11);
    assertThat(bytes[66]).isEqualTo((byte) 3);
  }

  @Test
  void copy_isIndependent() throws IOException {
    DeviceGuard device = device(3, 1);
    byte[] before = bytes(device);
    DeviceGuard copy = SERIALIZER.copy(device);
    new ReplayGuard(GuardLimits.DEFAULT)
        .round(copy, Requests.roundCall("d", MODEL, Requests.INSTANCE, 50, 0), 9);
    assertThat(bytes(device)).isEqualTo(before);
    assertThat(bytes(copy)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 4, -1})
  void otherLayoutVersion_isRefused(byte version) throws IOException {
    byte[] bytes = bytes(device(1, 1));
    bytes[0] = version;
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("found " + (version & 0xff) + ".");
  }

  /** Ten groups of seven bits hold every number; an eleventh is no number of ours. */
  @Test
  void numberThatDoesNotEnd_isDamage() {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) 0x80);
    bytes[0] = DeviceGuardSerializer.VERSION;
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not end");
  }

  @Test
  void numbersOfAnySize_roundTrip() throws IOException {
    for (int bits = 0; bits < Long.SIZE; bits++) {
      for (long pass : new long[] {(1L << bits) - 1, 1L << bits}) {
        if (pass >= 0 && pass < Long.MAX_VALUE) {
          DeviceGuard device = new DeviceGuard();
          device
              .chains()
              .add(
                  ChainGuard.claimed(
                      Requests.claimCall("d", MODEL, Requests.INSTANCE, pass, pass)));
          ChainGuard read = read(bytes(device)).chains().get(0);
          assertThat(List.of(read.first(), read.last(), read.open().floor())).containsOnly(pass);
        }
      }
    }
  }

  /** The state is changed in place, so that the heap backend must not hand out its own. */
  @Test
  void whatFlinkAsks_isAnswered() throws IOException {
    assertThat(SERIALIZER.isImmutableType()).isFalse();
    assertThat(SERIALIZER.getLength()).as("not fixed").isNegative();
    assertThat(bytes(SERIALIZER.createInstance())).containsExactly(3, 0, 0);
    DeviceGuard device = device(3, 1);
    DeviceGuard reuse = device(7, 1);
    assertThat(bytes(SERIALIZER.copy(device, reuse))).isEqualTo(bytes(device));
    assertThat(SERIALIZER.copy(device, reuse)).isNotSameAs(device);
    assertThat(bytes(SERIALIZER.deserialize(reuse, new DataInputDeserializer(bytes(device)))))
        .isEqualTo(bytes(device));
  }

  @Test
  void copyOfTheBytes_takesOneDevice_andLeavesTheNext() throws IOException {
    DataOutputSerializer written = new DataOutputSerializer(64);
    SERIALIZER.serialize(device(3, 1), written);
    SERIALIZER.serialize(device(5, 1), written);
    DataInputDeserializer source = new DataInputDeserializer(written.getCopyOfBuffer());
    DataOutputSerializer copied = new DataOutputSerializer(64);
    SERIALIZER.copy(source, copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(bytes(device(3, 1)));
    assertThat(bytes(SERIALIZER.deserialize(source))).isEqualTo(bytes(device(5, 1)));
  }

  @Test
  void snapshot_isCompatibleWithItself_andRefusesANewerLayout() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, SERIALIZER.snapshotConfiguration());
    byte[] written = out.getCopyOfBuffer();
    assertThat(resolve(written).isCompatibleAsIs()).isTrue();
    written[written.length - 1] = 2;
    assertThat(resolve(written).isCompatibleAsIs()).as("the version before").isTrue();
    written[written.length - 1] = 4;
    assertThat(resolve(written).isIncompatible()).isTrue();
  }

  /**
   * What Flink reads before it knows this class: the name, the version of the frame, the layout.
   */
  @Test
  void snapshotsFrame_isFixed_andRestoresTheSerializer() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot<DeviceGuard> snapshot = SERIALIZER.snapshotConfiguration();
    TypeSerializerSnapshot.writeVersionedSnapshot(out, snapshot);
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    assertThat(in.readUTF()).isEqualTo("org.lepcnn.flink.guard.DeviceGuardSerializer$Snapshot");
    assertThat(in.readInt()).isEqualTo(1);
    assertThat(in.readInt()).isEqualTo(DeviceGuardSerializer.VERSION);
    assertThat(in.available()).isZero();
    assertThat(snapshot.restoreSerializer()).isSameAs(SERIALIZER);
  }

  private static org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility<
          DeviceGuard>
      resolve(byte[] written) throws IOException {
    TypeSerializerSnapshot<DeviceGuard> old =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(written), DeviceGuardSerializerTest.class.getClassLoader());
    return SERIALIZER.snapshotConfiguration().resolveSchemaCompatibility(old);
  }
}
