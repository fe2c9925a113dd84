/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.text.Printable;

/**
 * One inference.
 *
 * @param device the device, see {@link #checkDevice}
 * @param chain the device's chain for this model
 * @param model the model's fingerprint
 * @param pass position in the chain, from 0
 */
public record PassId(String device, ChainId chain, Fingerprint model, long pass) {
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  public PassId {
    checkDevice(device);
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(model, "model");
    if (pass < 0) {
      throw BadInputException.about("Pass").expected("a number from 0").found(pass);
    }
  }

  /**
   * Checks a device id: 1 to 128 of {@code A-Z a-z 0-9 . _ -}, starting with a letter or digit.
   *
   * @return the id
   */
  public static String checkDevice(@Nullable String device) {
    if (device == null || !DEVICE.matcher(device).matches()) {
      throw BadInputException.about("Device id")
          .expected("1 to 128 letters, digits, '.', '_' or '-', starting with a letter or digit")
          .found("'" + Printable.name(device) + "'");
    }
    return device;
  }
}
