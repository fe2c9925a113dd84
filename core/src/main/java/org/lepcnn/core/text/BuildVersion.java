/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

/** The version that was built, from the manifest of the jar of this class. */
public final class BuildVersion {
  private BuildVersion() {}

  /** The version; "unknown" for classes outside a jar. */
  public static String get() {
    String version = BuildVersion.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
