/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import java.util.Optional;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;

/**
 * Where a session takes its passes from: the durable state of a device, or a throw-away chain in
 * memory. Guarantees that no pass is ever handed out twice. Thread-safe.
 */
@PublicApi
public interface PassSupply extends AutoCloseable {
  String device();

  ChainId chain();

  /** The chain's ciphers. */
  CipherSuite suite();

  Fingerprint model();

  DeviceHalf deviceHalf();

  /** The random number under which passes are claimed now. */
  InstanceId instance();

  /**
   * Draws another instance number from fresh randomness, right before a reservation is claimed for
   * the first time. Nothing of an earlier claim is in use then.
   */
  void renewInstance();

  /** The first pass that a reservation made now would have. */
  long nextPass();

  /** Reserves passes; durable before it returns. */
  Reservation reserve(int passes);

  /**
   * The instance that claimed a pass before and gave it back to the edge, while nobody took it
   * since; of instances whose claims and releases of it were refused, the first one.
   */
  default Optional<InstanceId> releasedBefore(long pass) {
    return Optional.empty();
  }

  /**
   * Says that the edge has accepted the release of all passes that were reserved and not taken:
   * {@link #close} gives them back.
   */
  default void released() {}

  /**
   * Says that the edge refused this instance's claim of all passes that were reserved and not
   * taken, and its release: {@link #close} gives them back, and remembers the instance unless an
   * earlier one is known, see {@link #releasedBefore}.
   */
  default void claimRefused() {}

  /** The challenge key of a group of passes; the caller closes it. */
  GroupKey groupKey(long group);

  /** Integrity failures since the chain began. */
  long integrityFailures();

  /** Counts one more; durable before it returns. */
  void recordIntegrityFailure();

  @Override
  void close();

  /** Reserved passes, each handed out once, in order. */
  interface Reservation {
    long firstPass();

    long lastPass();

    int remaining();

    /** The next pass; there must be one {@link #remaining}. */
    Pass take();
  }

  /** A pass that is used up, whatever becomes of it. Its key is erased when it ends. */
  interface Pass {
    long number();

    /** Stays this pass's. */
    PassKey key();

    /** The pass ran to its last round. */
    void finish();

    /** The pass ended early; nothing more will be sent for it. */
    void burn();
  }
}
