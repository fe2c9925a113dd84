/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.supply.ResidueBuffer;

class PassWorkspaceTest {
  private final PassWorkspace.Pool pool = new PassWorkspace.Pool();
  private final PassKey key = key();

  @AfterEach
  void close() {
    key.close();
  }

  @Test
  void aRoom_isTheSmallestThatIsLargeEnough_orANewOne() {
    PassWorkspace workspace = pool.take(key);
    ResidueBuffer five = workspace.takeBuffer(5);
    ResidueBuffer ten = workspace.takeBuffer(10);
    ResidueBuffer twenty = workspace.takeBuffer(20);
    workspace.giveBuffer(twenty);
    workspace.giveBuffer(five);
    workspace.giveBuffer(ten);
    assertThat(workspace.takeBuffer(10)).isSameAs(ten);
    assertThat(workspace.takeBuffer(10)).isSameAs(twenty);
    ResidueBuffer another = workspace.takeBuffer(10);
    assertThat(another).isNotIn(five, ten, twenty);
    assertThat(another.capacity()).isEqualTo(10);
    assertThat(workspace.takeBuffer(1)).isSameAs(five);
  }

  @Test
  void theSmallestRoom_isFoundInFrontOfLargerOnes() {
    PassWorkspace workspace = pool.take(key);
    ResidueBuffer ten = workspace.takeBuffer(10);
    ResidueBuffer twenty = workspace.takeBuffer(20);
    workspace.giveBuffer(ten);
    workspace.giveBuffer(twenty);
    assertThat(workspace.takeBuffer(10)).isSameAs(ten);
  }

  @Test
  void twoPassesInFlight_haveWorkspacesOfTheirOwn_aLaterOneFindsWhatWasGivenBack() {
    PassWorkspace one = pool.take(key);
    PassWorkspace two = pool.take(key);
    assertThat(two).isNotSameAs(one);
    pool.give(one);
    assertThat(pool.take(key)).isSameAs(one);
    assertThat(pool.take(key)).isNotIn(one, two);
  }

  @Test
  void aWorkspaceThatIsUsedAgain_hasTheMasksOfItsNewPass() {
    PassWorkspace workspace = pool.take(key);
    pool.give(workspace);
    try (PassKey later = key.next();
        MaskGenerator expected = new MaskGenerator(later, TestSecrets.ACCESS)) {
      PassWorkspace again = pool.take(later);
      assertThat(again).isSameAs(workspace);
      assertThat(mask(again.masks())).isEqualTo(mask(expected));
    }
  }

  private static int[] mask(MaskGenerator masks) {
    int[] mask = new int[50];
    masks.fill(1, ResidueField.P31, mask, mask.length);
    return mask;
  }

  private static PassKey key() {
    try (SecretKey secret = SecretKey.random()) {
      return PassKey.of(secret, CipherSuite.AES);
    }
  }
}
