/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import java.lang.invoke.MethodHandles;
import java.util.Set;
import org.lepcnn.core.api.PublicApi;

/**
 * What a method asks for that hands out secrets as numbers: keys for a file or a cipher, masks,
 * challenge vectors. Only the packages named here get one; everybody else may hold keys, but not
 * look into them.
 *
 * <p>A lookup with all its rights can be made nowhere but in its own class, so it proves who asks.
 * That keeps secrets from code that takes the wrong way by mistake. It is no protection against
 * code that opens private fields, or that puts a class of its own into one of these packages.
 */
@PublicApi
public final class SecretAccess {
  private static final String ROOT = "org.lepcnn.device.";
  private static final Set<String> PACKAGES =
      Set.of(
          ROOT + "key",
          ROOT + "mask",
          ROOT + "integrity",
          ROOT + "table",
          ROOT + "state",
          ROOT + "owner",
          ROOT + "pass");

  private SecretAccess() {}

  /**
   * Access for a class of the module's own packages.
   *
   * @param caller {@link MethodHandles#lookup} of that class
   * @throws SecurityException the class is of another package, or the lookup lacks rights
   */
  public static SecretAccess of(MethodHandles.Lookup caller) {
    String from = caller.lookupClass().getPackageName();
    if (!caller.hasFullPrivilegeAccess() || !PACKAGES.contains(from)) {
      throw new SecurityException(
          "Secrets are for " + PACKAGES + " alone; found a class of the package " + from + ".");
    }
    return new SecretAccess();
  }
}
