/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import org.lepcnn.device.pass.UnsafeResultObserver;

/**
 * The one way to see the unmasked results of a session: the device's private data. For the model
 * check and for tests, which compare them with the plain network; no gateway and no command that
 * serves inputs of others may call it.
 */
public final class UnsafeResults {
  private UnsafeResults() {}

  /** Lets an observer see every layer's unmasked results of the session that is built. */
  public static PrivateSessionBuilder observedBy(
      PrivateSessionBuilder session, UnsafeResultObserver observer) {
    return session.unsafeResultObserver(observer);
  }
}
