/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.lang.invoke.MethodHandles;

/** A class of a package that may not look into secrets. */
public final class Outsider {
  private Outsider() {}

  public static MethodHandles.Lookup lookup() {
    return MethodHandles.lookup();
  }
}
