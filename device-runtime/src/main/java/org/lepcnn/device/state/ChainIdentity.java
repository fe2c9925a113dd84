/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.util.Objects;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;

/** Which chain a grant or state belongs to. Nothing here is secret. */
record ChainIdentity(String device, ChainId chain, Fingerprint model, byte[] edgeHash) {
  ChainIdentity {
    PassId.checkDevice(device);
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(model, "model");
    edgeHash = edgeHash.clone();
  }

  void write(BodyWriter out) {
    out.string(device).int64(chain.high()).int64(chain.low());
    out.bytes(model.toBytes()).bytes(edgeHash);
  }

  static ChainIdentity read(BodyReader in) {
    String device = in.string();
    ChainId chain = new ChainId(in.int64(), in.int64());
    return new ChainIdentity(device, chain, Fingerprint.of(in.bytes()), in.bytes());
  }

  /** Checks that a device half is the one that the fingerprint names. */
  void verify(String what, byte[] deviceHash, BodyReader in) {
    if (edgeHash.length != Fingerprint.BYTES
        || !Fingerprint.combine(edgeHash, deviceHash).equals(model)) {
      throw in.corrupt("the device half in " + what + " is not the one of model " + model);
    }
  }
}
