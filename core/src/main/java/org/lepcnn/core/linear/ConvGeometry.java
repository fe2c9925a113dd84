/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.linear;

import org.lepcnn.core.error.BadInputException;

/**
 * The one form that every linear layer takes: a two-dimensional grouped convolution without bias.
 *
 * <p>Input is planar {@code [batch][inChannels][height.in][width.in]}, weights are {@code
 * [outChannels][inChannels/groups][height.kernel][width.kernel]}, output is planar {@code
 * [batch][outChannels][height.out][width.out]}:
 *
 * <pre>
 *   y[n,o,i,j] = Σ_{c,u,v} w[o,c,u,v] · x̃[n, g(o)·C + c, i·strideH + u·dilationH − padBeforeH,
 *                                                          j·strideW + v·dilationW − padBeforeW]
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
    int batch, int inChannels, int outChannels, int groups, ConvAxis height, ConvAxis width) {

  /** The most elements that one tensor may have: 64 MiB of residues. */
  public static final int MAX_TENSOR_ELEMENTS = (64 << 20) / Integer.BYTES;

  public ConvGeometry {
    requirePositive("batch", batch);
    requirePositive("inChannels", inChannels);
    requirePositive("outChannels", outChannels);
    requirePositive("groups", groups);
    if (inChannels % groups != 0 || outChannels % groups != 0) {
      throw BadInputException.about(
              "Linear layer: channels in and out must be multiples of the groups")
          .found(inChannels + " in, " + outChannels + " out, " + groups + " groups");
    }
    requireTensor("input", batch, inChannels, height.in(), width.in());
    requireTensor("output", batch, outChannels, height.out(), width.out());
    requireCount(
        "weights",
        Integer.MAX_VALUE,
        outChannels,
        inChannels / groups,
        height.kernel(),
        width.kernel());
  }

  /** A convolution of one image, all channels in one group. */
  public static ConvGeometry of(int inChannels, int outChannels, ConvAxis height, ConvAxis width) {
    return new ConvGeometry(1, inChannels, outChannels, 1, height, width);
  }

  /** A fully connected layer: {@code rows} vectors of {@code in} elements to {@code out} each. */
  public static ConvGeometry fullyConnected(int rows, int in, int out) {
    ConvAxis single = ConvAxis.pointwise(1);
    return new ConvGeometry(rows, in, out, 1, single, single);
  }

  /** Whether the outputs at a position depend on the inputs at that position alone. */
  public boolean isPointwise() {
    return height.isPointwise() && width.isPointwise();
  }

  /** Elements of the input tensor. */
  public int inputSize() {
    return batch * inChannels * inPlane();
  }

  /** Elements of the output tensor. */
  public int outputSize() {
    return outChannels * positions();
  }

  /** Output positions over the whole batch. */
  public int positions() {
    return batch * planeSize();
  }

  /** Input positions of one image. */
  public int inPlane() {
    return height.in() * width.in();
  }

  /** Output positions of one image. */
  public int planeSize() {
    return height.out() * width.out();
  }

  /** Places of one image that all outputs look at, padding included. */
  public long canvasSize() {
    return (long) height.reach() * width.reach();
  }

  /** Positions of the kernel: its height times its width. */
  public int kernelSize() {
    return height.kernel() * width.kernel();
  }

  /**
   * Weights that contribute to one output element (before zeros at the border): C/groups · kh · kw.
   */
  public int fanIn() {
    return inChannels / groups * kernelSize();
  }

  /** Number of weights. */
  public int weightCount() {
    return outChannels * fanIn();
  }

  /** Multiplications of the layer, those with padding included, as the literature counts them. */
  public long macs() {
    long dilatedInputs = (long) height.inputDilation() * width.inputDilation();
    return (long) outputSize() * fanIn() / dilatedInputs;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw BadInputException.about("Linear layer: " + name + " must be at least 1").found(value);
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
      throw BadInputException.about(
              "Linear layer: the " + what + " may have at most " + limit + " elements")
          .found("more");
    }
  }
}
