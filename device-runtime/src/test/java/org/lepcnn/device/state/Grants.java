/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.nio.file.Path;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

/** Grants and states with known keys. */
public final class Grants {
  static final ChainId CHAIN = new ChainId(0x1111, 0x2222);
  static final ModelBundle MODEL = SmallModel.bundle("a");

  private Grants() {}

  /** The key of pass 0, which the grant shows to its package alone. */
  public static PassKey firstPassKey(Grant grant) {
    return grant.firstPassKey();
  }

  /** The key of the chain's challenges, which the grant shows to its package alone. */
  public static ChallengeKey challengeKey(Grant grant) {
    return grant.challengeKey();
  }

  static SecretKey firstKey() {
    return SecretKey.copyOf(new byte[32]).derive("test");
  }

  static PassKey passKey(long pass) {
    return PassKey.of(firstKey(), CipherSuite.AES).advance(pass);
  }

  /** The identity of a grant as versions 1 and 2 of grant and state wrote it. */
  static BodyWriter identityWithoutSuite(Grant grant) {
    ChainIdentity identity = grant.identity();
    BodyWriter body = new BodyWriter().string(identity.device());
    body.int64(identity.chain().high()).int64(identity.chain().low());
    return body.bytes(identity.model().toBytes()).bytes(identity.edgeHash());
  }

  static Grant grant(ChainId chain) {
    return Grant.of("meter-1", chain, MODEL, passKey(0), false);
  }

  /** Writes a grant beside the state folder and initialises from it. */
  static DeviceState init(Path folder) {
    Path file = folder.resolve("grant.lep");
    grant(CHAIN).write(file);
    return DeviceState.init(file, folder.resolve("state"));
  }

  static Path chainFolder(Path folder) {
    return folder.resolve("state").resolve(CHAIN.toString());
  }
}
