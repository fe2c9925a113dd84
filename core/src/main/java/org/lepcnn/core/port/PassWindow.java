/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

/** What the edge's replay guard keeps of a chain, and a device has to stay within. */
public final class PassWindow {
  /** The most passes of a chain that the guard knows as open; the lowest leaves first. */
  public static final int PASSES = 64;

  private PassWindow() {}
}
