/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import org.junit.jupiter.api.Test;
import org.lepcnn.device.testkit.Outsider;

class SecretAccessTest {
  @Test
  void aClassOfThePackage_getsAccess() {
    assertThat(SecretAccess.of(MethodHandles.lookup())).isNotNull();
  }

  @Test
  void aClassOfAnotherPackage_getsNone() {
    assertThatThrownBy(() -> SecretAccess.of(Outsider.lookup()))
        .isInstanceOf(SecurityException.class)
        .hasMessageContaining("found a class of the package org.lepcnn.device.testkit");
  }

  /** Whoever may see a class can look at it, but not with all its rights. */
  @Test
  void aLookupThatWasMadeElsewhere_isNotEnough() {
    MethodHandles.Lookup teleported = Outsider.lookup().in(SecretKey.class);
    assertThat(teleported.lookupClass()).isEqualTo(SecretKey.class);
    assertThatThrownBy(() -> SecretAccess.of(teleported)).isInstanceOf(SecurityException.class);
    assertThatThrownBy(() -> SecretAccess.of(MethodHandles.publicLookup().in(SecretKey.class)))
        .isInstanceOf(SecurityException.class);
  }

  @Test
  void withoutAccess_nothingIsHandedOut() {
    try (SecretKey key = SecretKey.random()) {
      assertThatThrownBy(() -> key.toCipherKey(CipherSuite.AES, null))
          .isInstanceOf(NullPointerException.class);
    }
  }
}
