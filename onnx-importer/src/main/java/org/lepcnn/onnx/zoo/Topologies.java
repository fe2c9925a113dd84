/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.zoo;

import org.lepcnn.onnx.zoo.ZooNetwork.Conv;

/** The topologies; layer names follow torchvision's where it has one. */
final class Topologies {
  private static final int[][] VGG16_CHANNELS = {
    {64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}
  };

  private static final int[] RESNET_WIDTHS = {64, 128, 256, 512};

  /** Expansion of a ResNet bottleneck's output over its width. */
  private static final int BOTTLENECK_EXPANSION = 4;

  /** Gain of a residual branch: with 1 the sums would double their variance in every block. */
  private static final double BRANCH_GAIN = 0.5;

  /** MobileNetV2: expansion, channels, repeats, first stride. */
  private static final int[][] MOBILENET_STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private Topologies() {}

  /** Krizhevsky 2014, the one-tower form. */
  static void alexNet(ZooNetwork net) {
    ZooTensor x = net.relu(net.conv("features.0", net.input(), Conv.biased(64, 11, 4, 2)));
    x = net.maxPool(x, 3, 2, 0);
    x = net.relu(net.conv("features.3", x, Conv.biased(192, 5, 1, 2)));
    x = net.maxPool(x, 3, 2, 0);
    x = net.relu(net.conv("features.6", x, Conv.biased(384, 3, 1, 1)));
    x = net.relu(net.conv("features.8", x, Conv.biased(256, 3, 1, 1)));
    x = net.relu(net.conv("features.10", x, Conv.biased(256, 3, 1, 1)));
    x = net.flatten(net.maxPool(x, 3, 2, 0));
    x = net.relu(net.fullyConnected("classifier.1", x, 4096));
    x = net.relu(net.fullyConnected("classifier.4", x, 4096));
    net.output(net.fullyConnected("classifier.6", x, ZooNetwork.CLASSES));
  }

  /** Simonyan, Zisserman 2014, configuration D. */
  static void vgg16(ZooNetwork net) {
    ZooTensor x = net.input();
    int index = 0;
    for (int[] block : VGG16_CHANNELS) {
      for (int channels : block) {
        x = net.relu(net.conv("features." + index, x, Conv.biased(channels, 3, 1, 1)));
        index += 2;
      }
      x = net.maxPool(x, 2, 2, 0);
      index++;
    }
    x = net.relu(net.fullyConnected("classifier.0", net.flatten(x), 4096));
    x = net.relu(net.fullyConnected("classifier.3", x, 4096));
    net.output(net.fullyConnected("classifier.6", x, ZooNetwork.CLASSES));
  }

  /** He et al. 2015 with two 3×3 convolutions a block. */
  static void resNet18(ZooNetwork net) {
    resNet(net, false, 2, 2, 2, 2);
  }

  /** He et al. 2015 with bottlenecks; the stride is in the 3×3 convolution. */
  static void resNet50(ZooNetwork net) {
    resNet(net, true, 3, 4, 6, 3);
  }

  /** Iandola et al. 2016, version 1.1. */
  static void squeezeNet(ZooNetwork net) {
    ZooTensor x = net.relu(net.conv("features.0", net.input(), Conv.biased(64, 3, 2, 0)));
    x = net.maxPool(x, 3, 2, 0);
    x = fire(net, "features.3", x, 16, 64);
    x = fire(net, "features.4", x, 16, 64);
    x = net.maxPool(x, 3, 2, 0);
    x = fire(net, "features.6", x, 32, 128);
    x = fire(net, "features.7", x, 32, 128);
    x = net.maxPool(x, 3, 2, 0);
    x = fire(net, "features.9", x, 48, 192);
    x = fire(net, "features.10", x, 48, 192);
    x = fire(net, "features.11", x, 64, 256);
    x = fire(net, "features.12", x, 64, 256);
    x = net.relu(net.conv("classifier.1", x, Conv.biased(ZooNetwork.CLASSES, 1, 1, 0)));
    net.output(net.flatten(net.globalAveragePool(x)));
  }

  /** Sandler et al. 2018, width 1. */
  static void mobileNetV2(ZooNetwork net) {
    ZooTensor x = normalized(net, "features.0", net.input(), Conv.plain(32, 3, 2, 1), 1);
    x = net.relu6(x);
    int index = 1;
    for (int[] stage : MOBILENET_STAGES) {
      for (int i = 0; i < stage[2]; i++) {
        x = invertedResidual(net, "features." + index++, x, stage, i == 0 ? stage[3] : 1);
      }
    }
    x = net.relu6(normalized(net, "features." + index, x, Conv.plain(1280, 1, 1, 0), 1));
    x = net.flatten(net.globalAveragePool(x));
    net.output(net.fullyConnected("classifier.1", x, ZooNetwork.CLASSES));
  }

  private static void resNet(ZooNetwork net, boolean bottleneck, int... blocks) {
    ZooTensor x = net.relu(normalized(net, "conv1", net.input(), Conv.plain(64, 7, 2, 3), 1));
    x = net.maxPool(x, 3, 2, 1);
    for (int layer = 0; layer < blocks.length; layer++) {
      for (int block = 0; block < blocks[layer]; block++) {
        String name = "layer" + (layer + 1) + "." + block;
        int stride = layer > 0 && block == 0 ? 2 : 1;
        int width = RESNET_WIDTHS[layer];
        ZooTensor branch =
            bottleneck
                ? bottleneck(net, name, x, width, stride)
                : basic(net, name, x, width, stride);
        x = net.relu(net.sum(branch, shortcut(net, name, x, branch.channels(), stride)));
        // what enters is not negative already, so rectifying the sum changes it little
        x = x.withMoment(2 * x.secondMoment());
      }
    }
    x = net.flatten(net.globalAveragePool(x));
    net.output(net.fullyConnected("fc", x, ZooNetwork.CLASSES));
  }

  private static ZooTensor basic(ZooNetwork net, String name, ZooTensor x, int width, int stride) {
    ZooTensor y = net.relu(normalized(net, name + ".conv1", x, Conv.plain(width, 3, stride, 1), 1));
    return normalized(net, name + ".conv2", y, Conv.plain(width, 3, 1, 1), BRANCH_GAIN);
  }

  private static ZooTensor bottleneck(
      ZooNetwork net, String name, ZooTensor x, int width, int stride) {
    ZooTensor y = net.relu(normalized(net, name + ".conv1", x, Conv.plain(width, 1, 1, 0), 1));
    y = net.relu(normalized(net, name + ".conv2", y, Conv.plain(width, 3, stride, 1), 1));
    int out = BOTTLENECK_EXPANSION * width;
    return normalized(net, name + ".conv3", y, Conv.plain(out, 1, 1, 0), BRANCH_GAIN);
  }

  private static ZooTensor shortcut(
      ZooNetwork net, String name, ZooTensor x, int channels, int stride) {
    return stride == 1 && x.channels() == channels
        ? x
        : normalized(net, name + ".downsample", x, Conv.plain(channels, 1, stride, 0), 1);
  }

  private static ZooTensor fire(ZooNetwork net, String name, ZooTensor x, int squeeze, int expand) {
    ZooTensor s = net.relu(net.conv(name + ".squeeze", x, Conv.biased(squeeze, 1, 1, 0)));
    ZooTensor one = net.relu(net.conv(name + ".expand1x1", s, Conv.biased(expand, 1, 1, 0)));
    ZooTensor three = net.relu(net.conv(name + ".expand3x3", s, Conv.biased(expand, 3, 1, 1)));
    return net.concat(one, three);
  }

  private static ZooTensor invertedResidual(
      ZooNetwork net, String name, ZooTensor x, int[] stage, int stride) {
    ZooTensor y = x;
    int hidden = x.channels() * stage[0];
    if (stage[0] != 1) {
      y = net.relu6(normalized(net, name + ".expand", y, Conv.plain(hidden, 1, 1, 0), 1));
    }
    y = net.relu6(normalized(net, name + ".depthwise", y, Conv.depthwise(hidden, stride), 1));
    y = normalized(net, name + ".project", y, Conv.plain(stage[1], 1, 1, 0), 1);
    return stride == 1 && x.channels() == stage[1] ? net.sum(x, y) : y;
  }

  private static ZooTensor normalized(
      ZooNetwork net, String name, ZooTensor x, Conv conv, double gain) {
    return net.batchNorm(name + ".bn", net.conv(name, x, conv), gain);
  }
}
