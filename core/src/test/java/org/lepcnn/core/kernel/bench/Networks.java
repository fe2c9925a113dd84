/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.bench;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;

/** The linear layers of well-known networks, with how often each shape occurs. */
public final class Networks {
  /** Networks that {@link #layers} knows. */
  public static final List<String> NAMES =
      List.of("alexnet", "vgg16", "resnet50", "squeezenet", "mobilenetv2");

  private Networks() {}

  /**
   * One layer.
   *
   * @param name what it is called
   * @param geometry its shape
   * @param times how many layers of the network have this shape
   */
  public record Layer(String name, ConvGeometry geometry, int times) {}

  /** The layers of a network. */
  public static List<Layer> layers(String network) {
    return switch (network) {
      case "alexnet" -> alexnet();
      case "vgg16" -> vgg16();
      case "resnet50" -> resnet50();
      case "squeezenet" -> squeezenet();
      case "mobilenetv2" -> mobilenet();
      default -> throw new IllegalArgumentException("expected one of " + NAMES);
    };
  }

  private static List<Layer> alexnet() {
    return List.of(
        layer("conv1", conv(3, 224, 64, 11, 4, 2, 1), 1),
        layer("conv2", conv(64, 27, 192, 5, 1, 2, 1), 1),
        layer("conv3", conv(192, 13, 384, 3, 1, 1, 1), 1),
        layer("conv4", conv(384, 13, 256, 3, 1, 1, 1), 1),
        layer("conv5", conv(256, 13, 256, 3, 1, 1, 1), 1),
        layer("fc6", ConvGeometry.fullyConnected(1, 9216, 4096), 1),
        layer("fc7", ConvGeometry.fullyConnected(1, 4096, 4096), 1),
        layer("fc8", ConvGeometry.fullyConnected(1, 4096, 1000), 1));
  }

  private static List<Layer> vgg16() {
    return List.of(
        layer("conv1_1", conv(3, 224, 64, 3, 1, 1, 1), 1),
        layer("conv1_2", conv(64, 224, 64, 3, 1, 1, 1), 1),
        layer("conv2_1", conv(64, 112, 128, 3, 1, 1, 1), 1),
        layer("conv2_2", conv(128, 112, 128, 3, 1, 1, 1), 1),
        layer("conv3_1", conv(128, 56, 256, 3, 1, 1, 1), 1),
        layer("conv3_2", conv(256, 56, 256, 3, 1, 1, 1), 2),
        layer("conv4_1", conv(256, 28, 512, 3, 1, 1, 1), 1),
        layer("conv4_2", conv(512, 28, 512, 3, 1, 1, 1), 2),
        layer("conv5", conv(512, 14, 512, 3, 1, 1, 1), 3),
        layer("fc6", ConvGeometry.fullyConnected(1, 25088, 4096), 1),
        layer("fc7", ConvGeometry.fullyConnected(1, 4096, 4096), 1),
        layer("fc8", ConvGeometry.fullyConnected(1, 4096, 1000), 1));
  }

  private static List<Layer> resnet50() {
    List<Layer> layers = new ArrayList<>();
    layers.add(layer("conv1", conv(3, 224, 64, 7, 2, 3, 1), 1));
    layers.add(layer("2a 64-64", conv(64, 56, 64, 1, 1, 0, 1), 1));
    layers.add(layer("2 256-64", conv(256, 56, 64, 1, 1, 0, 1), 2));
    layers.add(layer("2 64 3x3", conv(64, 56, 64, 3, 1, 1, 1), 3));
    layers.add(layer("2 64-256", conv(64, 56, 256, 1, 1, 0, 1), 4));
    int[] in = {256, 512, 1024};
    int[] size = {56, 28, 14};
    int[] blocks = {4, 6, 3};
    for (int stage = 0; stage < 3; stage++) {
      int c = in[stage];
      int half = size[stage] / 2;
      String name = Integer.toString(stage + 3);
      layers.add(layer(name + " entry", conv(c, size[stage], c / 2, 1, 1, 0, 1), 1));
      layers.add(layer(name + " 3x3/2", conv(c / 2, size[stage], c / 2, 3, 2, 1, 1), 1));
      layers.add(layer(name + " shortcut", conv(c, size[stage], 2 * c, 1, 2, 0, 1), 1));
      layers.add(layer(name + " widen", conv(c / 2, half, 2 * c, 1, 1, 0, 1), blocks[stage]));
      layers.add(layer(name + " narrow", conv(2 * c, half, c / 2, 1, 1, 0, 1), blocks[stage] - 1));
      layers.add(layer(name + " 3x3", conv(c / 2, half, c / 2, 3, 1, 1, 1), blocks[stage] - 1));
    }
    layers.add(layer("fc", ConvGeometry.fullyConnected(1, 2048, 1000), 1));
    return layers;
  }

  private static List<Layer> squeezenet() {
    List<Layer> layers = new ArrayList<>();
    layers.add(layer("conv1", conv(3, 224, 64, 3, 2, 0, 1), 1));
    int[] in = {64, 128, 128, 256, 256, 384, 384, 512};
    int[] squeeze = {16, 16, 32, 32, 48, 48, 64, 64};
    int[] size = {55, 55, 27, 27, 13, 13, 13, 13};
    for (int i = 0; i < in.length; i++) {
      int s = squeeze[i];
      String name = "fire" + (i + 2);
      layers.add(layer(name + " squeeze", conv(in[i], size[i], s, 1, 1, 0, 1), 1));
      layers.add(layer(name + " 1x1", conv(s, size[i], 4 * s, 1, 1, 0, 1), 1));
      layers.add(layer(name + " 3x3", conv(s, size[i], 4 * s, 3, 1, 1, 1), 1));
    }
    layers.add(layer("conv10", conv(512, 13, 1000, 1, 1, 0, 1), 1));
    return layers;
  }

  private static List<Layer> mobilenet() {
    return List.of(
        layer("conv1", conv(3, 224, 32, 3, 2, 1, 1), 1),
        layer("dw 32", conv(32, 112, 32, 3, 1, 1, 32), 1),
        layer("dw 96/2", conv(96, 112, 96, 3, 2, 1, 96), 1),
        layer("1x1 96-24", conv(96, 56, 24, 1, 1, 0, 1), 1),
        layer("dw 144", conv(144, 56, 144, 3, 1, 1, 144), 1),
        layer("dw 384", conv(384, 14, 384, 3, 1, 1, 384), 4),
        layer("dw 960", conv(960, 7, 960, 3, 1, 1, 960), 3),
        layer("1x1 960-320", conv(960, 7, 320, 1, 1, 0, 1), 1));
  }

  private static Layer layer(String name, ConvGeometry geometry, int times) {
    return new Layer(name, geometry, times);
  }

  private static ConvGeometry conv(
      int in, int size, int out, int kernel, int stride, int pad, int groups) {
    ConvAxis side = ConvAxis.padded(size, kernel, stride, pad);
    return new ConvGeometry(1, in, out, groups, side, side);
  }
}
