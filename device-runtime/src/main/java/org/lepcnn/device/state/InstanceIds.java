/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.security.SecureRandom;
import org.lepcnn.core.port.InstanceId;

/** Random instance numbers. */
final class InstanceIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private InstanceIds() {}

  static InstanceId random() {
    return new InstanceId(RANDOM.nextLong(), RANDOM.nextLong());
  }
}
