/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.read;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.lepcnn.core.api.PublicApi;

/**
 * The constant that an input of a model is bound to.
 *
 * @param numbers decimal numbers, or {@code true} and {@code false}; 1 to {@value #MAX_NUMBERS}
 * @param isList whether they are the elements of a vector or matrix, and not one number
 */
@PublicApi
public record InputValue(List<String> numbers, boolean isList) {
  /** Values are small: sample rates, sizes, switches. */
  public static final int MAX_NUMBERS = 4096;

  private static final String NUMBER =
      "(?:[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?|true|false)";
  private static final Pattern FORM = Pattern.compile(NUMBER + "(?:," + NUMBER + ")*+,?");

  public InputValue {
    numbers = List.copyOf(numbers);
    if (numbers.isEmpty() || numbers.size() > MAX_NUMBERS) {
      throw new IllegalArgumentException(numbers.size() + " numbers");
    }
  }

  /** Whether {@link #parse} takes a text. */
  public static boolean isValue(String text) {
    return text.chars().filter(c -> c == ',').count() < MAX_NUMBERS && FORM.matcher(text).matches();
  }

  /** {@code 16000}; {@code 224,224}; {@code 3,} for a list of one. */
  public static InputValue parse(String text) {
    if (!isValue(text)) {
      throw new IllegalArgumentException(text);
    }
    return new InputValue(Arrays.asList(text.split(",")), text.contains(","));
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return String.join(",", numbers) + (isList && numbers.size() == 1 ? "," : "");
  }
}
