/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import org.lepcnn.core.error.BadInputException;

/**
 * The one form that every linear layer takes: a two-dimensional grouped convolution without bias.
 *
 * <p>Input is planar {@code [batch][inChannels][inHeight][inWidth]}, weights are {@code
 * [outChannels][inChannels/groups][kernelHeight][kernelWidth]}, output is planar {@code
 * [batch][outChannels][outHeight][outWidth]}:
 *
 * <pre>
 *   y[n,o,i,j] = Σ_{c,u,v} w[o,c,u,v] · x̃[n, g(o)·C + c, i·strideH + u·dilationH − padTop,
 *                                                          j·strideW + v·dilationW − padLeft]
 * </pre>
 *
 * where g(o) is the group of o, C = inChannels/groups, and x̃ is the input with {@code
 * inputDilation − 1} zeros between neighbours and zeros everywhere outside. The padding at the end
 * follows from the output size; paddings may be negative (cropping). With that:
 *
 * <ul>
 *   <li>Conv 1-D is height 1;
 *   <li>Gemm and MatMul by a constant on the right are 1×1 with the rows as batch; a constant on
 *       the left is 1×1 with the columns as positions;
 *   <li>ConvTranspose with stride s, padding p, dilation d is input dilation s, stride 1, padding
 *       d·(k − 1) − p, and the kernel flipped with in- and output channels exchanged per group.
 * </ul>
 *
 * <p>Every count is checked to fit an {@code int}; the record cannot be built otherwise.
 */
public record ConvGeometry(
    int batch,
    int inChannels,
    int inHeight,
    int inWidth,
    int outChannels,
    int outHeight,
    int outWidth,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int dilationHeight,
    int dilationWidth,
    int inputDilationHeight,
    int inputDilationWidth,
    int groups) {

  /** The most elements that one tensor may have: 64 MiB of residues. */
  public static final int MAX_TENSOR_ELEMENTS = (64 << 20) / Integer.BYTES;

  public ConvGeometry {
    requirePositive("batch", batch);
    requirePositive("inChannels", inChannels);
    requirePositive("inHeight", inHeight);
    requirePositive("inWidth", inWidth);
    requirePositive("outChannels", outChannels);
    requirePositive("outHeight", outHeight);
    requirePositive("outWidth", outWidth);
    requirePositive("kernelHeight", kernelHeight);
    requirePositive("kernelWidth", kernelWidth);
    requirePositive("strideHeight", strideHeight);
    requirePositive("strideWidth", strideWidth);
    requirePositive("dilationHeight", dilationHeight);
    requirePositive("dilationWidth", dilationWidth);
    requirePositive("inputDilationHeight", inputDilationHeight);
    requirePositive("inputDilationWidth", inputDilationWidth);
    requirePositive("groups", groups);
    if (inChannels % groups != 0 || outChannels % groups != 0) {
      throw new BadInputException(
          "Linear layer: channels in and out must be multiples of the groups; found "
              + inChannels
              + " in, "
              + outChannels
              + " out, "
              + groups
              + " groups.");
    }
    requireTensor("input", batch, inChannels, inHeight, inWidth);
    requireTensor("output", batch, outChannels, outHeight, outWidth);
    requireCount(
        "weights", Integer.MAX_VALUE, outChannels, inChannels / groups, kernelHeight, kernelWidth);
    requireSpan(
        "height",
        outHeight,
        strideHeight,
        kernelHeight,
        dilationHeight,
        inHeight,
        inputDilationHeight,
        padTop);
    requireSpan(
        "width",
        outWidth,
        strideWidth,
        kernelWidth,
        dilationWidth,
        inWidth,
        inputDilationWidth,
        padLeft);
  }

  /** A fully connected layer: {@code rows} vectors of {@code in} elements to {@code out} each. */
  public static ConvGeometry fullyConnected(int rows, int in, int out) {
    return new ConvGeometry(rows, in, 1, 1, out, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1);
  }

  /** Elements of the input tensor. */
  public int inputSize() {
    return batch * inChannels * inHeight * inWidth;
  }

  /** Elements of the output tensor. */
  public int outputSize() {
    return outChannels * positions();
  }

  /** Output positions over the whole batch: batch · outHeight · outWidth. */
  public int positions() {
    return batch * outHeight * outWidth;
  }

  /** Output positions of one image: outHeight · outWidth. */
  public int planeSize() {
    return outHeight * outWidth;
  }

  /** Positions of the kernel: its height times its width. */
  public int kernelSize() {
    return kernelHeight * kernelWidth;
  }

  /**
   * Weights that contribute to one output element (before zeros at the border): C/groups · kh · kw.
   */
  public int fanIn() {
    return inChannels / groups * kernelHeight * kernelWidth;
  }

  /** Number of weights. */
  public int weightCount() {
    return outChannels * fanIn();
  }

  /** Multiplications of the layer, those with padding included, as the literature counts them. */
  public long macs() {
    long dilatedInputs = (long) inputDilationHeight * inputDilationWidth;
    return (long) outputSize() * fanIn() / dilatedInputs;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new BadInputException(
          "Linear layer: " + name + " must be at least 1; found " + value + ".");
    }
  }

  private static void requireTensor(String what, long a, long b, long c, long d) {
    requireCount(what + " tensor", MAX_TENSOR_ELEMENTS, a, b, c, d);
  }

  private static void requireCount(String what, long limit, long... factors) {
    long product = 1;
    for (long factor : factors) {
      product = product > limit ? product : product * factor;
    }
    if (product > limit) {
      throw new BadInputException(
          "Linear layer: the " + what + " may have at most " + limit + " elements; found more.");
    }
  }

  private static void requireSpan(
      String axis,
      long out,
      long stride,
      long kernel,
      long dilation,
      long in,
      long inDilation,
      long pad) {
    long reach = Math.max((out - 1) * stride + (kernel - 1) * dilation, (in - 1) * inDilation);
    if (reach > Integer.MAX_VALUE / 2 || Math.abs(pad) > Integer.MAX_VALUE / 2) {
      throw new BadInputException(
          "Linear layer: the "
              + axis
              + " reaches beyond what an index can hold; found an extent of "
              + reach
              + ".");
    }
  }
}
