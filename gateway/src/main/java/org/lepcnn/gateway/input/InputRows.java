/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.nio.file.Path;
import java.util.Arrays;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;

/**
 * How an array fits an input of a model: it has the input's dimensions, or one more in front that
 * counts inputs. Dimensions of 1 may be there or not, since they change no order; equal numbers of
 * elements in other dimensions are another layout and are refused.
 */
final class InputRows {
  private InputRows() {}

  /**
   * How many inputs an array holds.
   *
   * @param path the file, for errors
   * @param shape the array's dimensions
   * @throws BadInputException it holds none, or does not fit
   */
  static int count(Path path, long[] shape, ValueSpec spec) {
    long[] found = significant(shape);
    long[] wanted = significant(spec.shape());
    int extra = found.length - wanted.length;
    boolean fits =
        (extra == 0 || extra == 1)
            && Arrays.equals(found, extra, found.length, wanted, 0, wanted.length);
    if (!fits) {
      throw new BadInputException(
          ("Reading %s: expected an array of shape %s for the input '%s', "
                  + "or several of them in one array; found %s%s")
              .formatted(
                  path,
                  Arrays.toString(spec.shape()),
                  spec.name(),
                  Arrays.toString(shape),
                  hint(found, wanted)));
    }
    int rows = extra == 0 ? 1 : Math.toIntExact(found[0]);
    if (rows == 0) {
      throw BadInputException.about("Reading " + path)
          .expected("at least one input")
          .found("an array without rows");
    }
    return rows;
  }

  private static String hint(long[] found, long[] wanted) {
    long[] image = wanted.clone();
    if (image.length == 3 && found.length >= 3) {
      long[] channelsLast = {image[1], image[2], image[0]};
      if (Arrays.equals(found, found.length - 3, found.length, channelsLast, 0, 3)) {
        return ", which has the channels last. Transpose it to channels, height, width.";
      }
    }
    return ". Reshape or transpose it.";
  }

  private static long[] significant(long[] shape) {
    return Arrays.stream(shape).filter(dimension -> dimension != 1).toArray();
  }
}
