/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import org.lepcnn.core.error.BadInputException;

/**
 * One spatial axis of a {@link ConvGeometry}: output i looks for tap u at place {@code i·stride +
 * u·dilation − padBefore}, counted over the inputs and the {@code inputDilation − 1} zeros between
 * neighbours.
 *
 * @param in input size
 * @param out output size
 * @param kernel taps
 * @param stride step between outputs
 * @param dilation step between taps
 * @param inputDilation step between inputs; the places between are zeros
 * @param padBefore zeros before the first input; negative crops
 */
public record ConvAxis(
    int in, int out, int kernel, int stride, int dilation, int inputDilation, int padBefore) {
  private static final int MAX_EXTENT = Integer.MAX_VALUE / 2;

  public ConvAxis {
    requirePositive("input size", in);
    requirePositive("output size", out);
    requirePositive("kernel size", kernel);
    requirePositive("stride", stride);
    requirePositive("dilation", dilation);
    requirePositive("input dilation", inputDilation);
    requireSpan(in, out, kernel, stride, dilation, inputDilation, padBefore);
  }

  /** An axis of stride 1 without padding. */
  public static ConvAxis of(int in, int out, int kernel) {
    return new ConvAxis(in, out, kernel, 1, 1, 1, 0);
  }

  /** As many outputs as inputs, each from the input in its place. */
  public static ConvAxis pointwise(int size) {
    return of(size, size, 1);
  }

  /** As many outputs as inputs, each from the inputs around its place; the kernel is odd. */
  public static ConvAxis centred(int size, int kernel) {
    return padded(size, kernel, 1, kernel / 2);
  }

  /** As many outputs as fit, with the same number of zeros on both sides. */
  public static ConvAxis padded(int in, int kernel, int stride, int pad) {
    int out = (in + 2 * pad - kernel) / stride + 1;
    return of(in, out, kernel).withStride(stride).withPadBefore(pad);
  }

  /** The axis with another step between outputs. */
  public ConvAxis withStride(int steps) {
    return new ConvAxis(in, out, kernel, steps, dilation, inputDilation, padBefore);
  }

  /** The axis with another step between taps. */
  public ConvAxis withDilation(int steps) {
    return new ConvAxis(in, out, kernel, stride, steps, inputDilation, padBefore);
  }

  /** The axis with another step between inputs. */
  public ConvAxis withInputDilation(int steps) {
    return new ConvAxis(in, out, kernel, stride, dilation, steps, padBefore);
  }

  /** The axis with another number of zeros before the first input. */
  public ConvAxis withPadBefore(int zeros) {
    return new ConvAxis(in, out, kernel, stride, dilation, inputDilation, zeros);
  }

  /** Places from a kernel's first tap to its last, both included. */
  public int extent() {
    return (kernel - 1) * dilation + 1;
  }

  /** Places that {@code outputs} neighbouring outputs look at. */
  public int reach(int outputs) {
    return (outputs - 1) * stride + extent();
  }

  /** Places that all outputs look at. */
  public int reach() {
    return reach(out);
  }

  /** Zeros after the last input; negative where the last inputs are not looked at. */
  public int padAfter() {
    return reach() - padBefore - (in - 1) * inputDilation - 1;
  }

  /** Whether output i is a multiple of input i alone. */
  public boolean isPointwise() {
    return in == out
        && kernel == 1
        && padBefore == 0
        && inputDilation == 1
        && (stride == 1 || out == 1);
  }

  /** Whether the only output is a multiple of the only input. */
  public boolean isSingle() {
    return in == 1 && out == 1 && kernel == 1 && padBefore == 0;
  }

  /**
   * The input that an output looks at.
   *
   * @return its index, or −1 where the value is a zero of padding or between inputs
   */
  public int input(int output, int tap) {
    int place = output * stride + tap * dilation - padBefore;
    if (inputDilation > 1) {
      if (place % inputDilation != 0) {
        return -1;
      }
      place /= inputDilation;
    }
    return place >= 0 && place < in ? place : -1;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw BadInputException.about("Linear layer: the " + name + " of an axis must be at least 1")
          .found(value);
    }
  }

  private static void requireSpan(
      long in, long out, long kernel, long stride, long dilation, long inputDilation, long pad) {
    long reach = Math.max((out - 1) * stride + (kernel - 1) * dilation, (in - 1) * inputDilation);
    if (reach > MAX_EXTENT || Math.abs(pad) > MAX_EXTENT) {
      throw BadInputException.about("Linear layer: an axis reaches beyond what an index can hold")
          .found("an extent of " + reach + " and a padding of " + pad);
    }
  }
}
