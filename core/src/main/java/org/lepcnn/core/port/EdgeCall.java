/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import org.lepcnn.core.model.Fingerprint;

/** What an instance asks of the edge: a claim of passes, a release of passes, or a round. */
public sealed interface EdgeCall permits PassClaim, PassRelease, PassRound {
  String device();

  ChainId chain();

  Fingerprint model();

  /** Who asks. */
  InstanceId instance();

  /** The highest pass that the call names. */
  long highestPass();

  /** By what the edge's answer finds this call. */
  CallId id();
}
