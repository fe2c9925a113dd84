/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.util.Objects;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SuiteNumber;

/** Which chain a grant or state belongs to. Nothing here is secret. */
record ChainIdentity(
    String device, ChainId chain, Fingerprint model, byte[] edgeHash, CipherSuite suite) {
  /** Before it, every grant and every state was of the suite {@link CipherSuite#AES}. */
  private static final int FIRST_VERSION_WITH_SUITE = 3;

  ChainIdentity {
    PassId.checkDevice(device);
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(suite, "suite");
    edgeHash = edgeHash.clone();
  }

  void write(BodyWriter out) {
    out.string(device).int64(chain.high()).int64(chain.low());
    SuiteNumber.write(out.bytes(model.toBytes()).bytes(edgeHash), suite);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param version of the grant or state that it stands in
   */
  static ChainIdentity read(BodyReader in, int version) {
    String device = in.string();
    ChainId chain = new ChainId(in.int64(), in.int64());
    Fingerprint model = Fingerprint.of(in.bytes());
    byte[] edgeHash = in.bytes();
    CipherSuite suite = version < FIRST_VERSION_WITH_SUITE ? CipherSuite.AES : SuiteNumber.read(in);
    return new ChainIdentity(device, chain, model, edgeHash, suite);
  }

  /** Checks that a device half is the one that the fingerprint names. */
  void verify(String what, byte[] deviceHash, BodyReader in) {
    if (edgeHash.length != Fingerprint.BYTES
        || !Fingerprint.combine(edgeHash, deviceHash).equals(model)) {
      throw in.corrupt("the device half in " + what + " is not the one of model " + model);
    }
  }
}
