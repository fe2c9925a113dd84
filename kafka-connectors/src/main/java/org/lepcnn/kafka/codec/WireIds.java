/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.kafka.wire.Id128;
import org.lepcnn.kafka.wire.Id256;

/** The ids that most records begin with, and the ids of the generated classes. */
public final class WireIds {
  static final int CHAIN_AND_MODEL_BYTES = ChainId.BYTES + Fingerprint.BYTES;

  private WireIds() {}

  public static Id128 wire(ChainId id) {
    return id128(id.high(), id.low());
  }

  public static Id128 wire(InstanceId id) {
    return id128(id.high(), id.low());
  }

  public static Id256 wire(Fingerprint id) {
    return new Id256(id.toBytes());
  }

  public static ChainId chain(Id128 id) {
    return new ChainId(bigEndian(id, 0), bigEndian(id, Long.BYTES));
  }

  public static InstanceId instance(Id128 id) {
    return new InstanceId(bigEndian(id, 0), bigEndian(id, Long.BYTES));
  }

  public static Fingerprint fingerprint(Id256 id) {
    return Fingerprint.of(id.bytes());
  }

  static int sizeOf(PassId pass, int round) {
    return WireWriter.sizeOfAscii(pass.device())
        + CHAIN_AND_MODEL_BYTES
        + WireWriter.sizeOf(pass.pass())
        + WireWriter.sizeOf(round);
  }

  static void write(WireWriter out, PassId pass, int round) {
    out.ascii(pass.device()).id(pass.chain().high(), pass.chain().low());
    out.fingerprint(pass.model()).number(pass.pass()).number(round);
  }

  static PassId readPass(WireReader in) {
    String device = in.readAscii("device");
    ChainId chain = new ChainId(in.readBigEndian("chain"), in.readBigEndian("chain"));
    Fingerprint model = in.readFingerprint("model");
    return new PassId(device, chain, model, in.readLong("pass"));
  }

  private static Id128 id128(long high, long low) {
    byte[] bytes = new byte[ChainId.BYTES];
    WireReader.BIG_ENDIAN.set(bytes, 0, high);
    WireReader.BIG_ENDIAN.set(bytes, Long.BYTES, low);
    return new Id128(bytes);
  }

  private static long bigEndian(Id128 id, int at) {
    return (long) WireReader.BIG_ENDIAN.get(id.bytes(), at);
  }
}
