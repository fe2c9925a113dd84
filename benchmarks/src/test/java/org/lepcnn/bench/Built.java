/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalLayout;

/** Whether the processes that these tests start can be started. */
public final class Built {
  public static final String MISSING = "skipped: the jars of the broker or the edge are not built";

  private Built() {}

  public static boolean is() {
    try {
      LocalLayout layout = LocalLayout.find();
      layout.edgeClassPath();
      layout.brokerClassPath();
      return true;
    } catch (EnvironmentException e) {
      return false;
    }
  }
}
