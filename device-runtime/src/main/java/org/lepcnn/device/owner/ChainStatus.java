/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

/** What became of a chain, as the owner's ledger has it. The order is the file format's. */
public enum ChainStatus {
  /** Its grant was not written, or it is not known whether it was. It is never served. */
  PENDING,

  /** Its grant was written. */
  GRANTED,

  /** It gets no further passes and no further tables, for ever. */
  RETIRED
}
