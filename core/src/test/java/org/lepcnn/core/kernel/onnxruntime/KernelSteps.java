/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.StrideFolding;
import org.lepcnn.core.kernel.bench.FloatLayer;
import org.lepcnn.core.kernel.bench.Networks;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.residue.ResidueSink;

/**
 * Prints, per layer of the networks given as arguments, where the ONNX Runtime kernel spends its
 * time: writing limbs (split and im2col), the product inside ONNX Runtime, recombination, and what
 * is left of the whole call (folding of strides); microseconds, beside the plain float layer.
 * Medians of rounds in which all layers alternate, one thread. System properties: {@code rounds},
 * {@code warmup}, {@code field} (24 or 31 bits).
 *
 * <p>To be run with {@code ORT_DISABLE_TELEMETRY=1}. A look at a machine, not a test.
 */
public final class KernelSteps {
  private static final int STEPS = 3;
  private static final int WHOLE = 3;
  private static final int PLAIN = 4;
  private static final int COLUMNS = 5;
  private static final int REPEATS = 3;
  private static final int NANOS_PER_MICRO = 1000;

  private static final ResidueField FIELD =
      ResidueField.ofBits(Integer.getInteger("field", ResidueField.P31.bits()));

  private KernelSteps() {}

  /** Measures and prints. */
  public static void main(String[] arguments) throws OrtException {
    KernelProvider provider = Kernels.choose("onnxruntime");
    int warmUp = Integer.getInteger("warmup", 30);
    int rounds = Integer.getInteger("rounds", 25);
    for (String network : arguments.length == 0 ? List.of("squeezenet") : List.of(arguments)) {
      List<Measured> layers = new ArrayList<>();
      for (Networks.Layer layer : Networks.layers(network)) {
        if (layer.geometry().groups() <= OnnxRuntimeKernels.MAX_GROUPS) {
          layers.add(new Measured(provider, layer));
        }
      }
      for (int round = 0; round < warmUp + rounds; round++) {
        for (Measured layer : layers) {
          layer.round(round >= warmUp);
        }
      }
      report(network, layers);
    }
  }

  private static void report(String network, List<Measured> layers) throws OrtException {
    System.out.printf(
        "%-30s %-11s %9s %9s %9s %9s %9s %9s %6s%n",
        "layer, µs", "form", "limbs", "product", "recombine", "other", "whole", "plain", "ratio");
    double[] total = new double[COLUMNS];
    for (Measured layer : layers) {
      double[] micros = layer.medians();
      print(network + " " + layer.layer.name() + " ×" + layer.layer.times(), layer.form(), micros);
      for (int i = 0; i < COLUMNS; i++) {
        total[i] += micros[i] * layer.layer.times();
      }
      layer.close();
    }
    print(network + ", all", "", total);
  }

  private static void print(String what, String form, double[] micros) {
    System.out.printf(
        "%-30s %-11s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %6.2f%n",
        what,
        form,
        micros[0],
        micros[1],
        micros[2],
        micros[WHOLE] - micros[0] - micros[1] - micros[2],
        micros[WHOLE],
        micros[PLAIN],
        micros[WHOLE] / micros[PLAIN]);
  }

  /** One layer and its samples. */
  private static final class Measured {
    private final Networks.Layer layer;
    private final FloatLayer plain;
    private final LinearKernel kernel;
    private final TiledKernel tiled;
    private final TiledKernel.Tiles tiles;
    private final int[][] inputs;
    private final int[][] tiledInputs;
    private final int[][] outputs;
    private final List<double[]> samples = new ArrayList<>();

    Measured(KernelProvider provider, Networks.Layer layer) throws OrtException {
      this.layer = layer;
      ConvGeometry g = layer.geometry();
      RandomLayers random = new RandomLayers(1);
      byte[] weights = new byte[g.weightCount()];
      int[] normal = random.centred(weights.length, 80);
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (byte) normal[i];
      }
      plain = new FloatLayer(g, weights);
      kernel = provider.prepare(FIELD, g, weights);
      tiled = (TiledKernel) (kernel instanceof StrideFolding folding ? folding.folded() : kernel);
      tiles = tiled.tiles();
      inputs = new int[][] {random.residues(FIELD, g.inputSize())};
      tiledInputs = new int[][] {random.residues(FIELD, tiled.geometry().inputSize())};
      outputs = new int[][] {new int[g.outputSize()]};
    }

    void round(boolean keep) throws OrtException {
      for (int i = 0; i < REPEATS; i++) {
        double[] sample = new double[COLUMNS];
        long start = System.nanoTime();
        plain.run();
        long middle = System.nanoTime();
        kernel.apply(1, inputs, outputs);
        sample[WHOLE] = System.nanoTime() - middle;
        sample[PLAIN] = middle - start;
        steps(sample);
        if (keep) {
          samples.add(sample);
        }
      }
    }

    private void steps(double[] nanos) throws OrtException {
      int count = tiles.begin(1, tiledInputs, ResidueSink.of(outputs, 1));
      long[] at = new long[STEPS + 1];
      for (int tile = 0; tile < count; tile++) {
        at[0] = System.nanoTime();
        tiles.fill(tile);
        at[1] = System.nanoTime();
        tiles.multiply(tile);
        at[2] = System.nanoTime();
        tiles.combine(tile);
        at[STEPS] = System.nanoTime();
        for (int step = 0; step < STEPS; step++) {
          nanos[step] += at[step + 1] - at[step];
        }
      }
      tiles.end();
    }

    double[] medians() {
      double[] medians = new double[COLUMNS];
      for (int i = 0; i < COLUMNS; i++) {
        int column = i;
        double[] sorted = samples.stream().mapToDouble(sample -> sample[column]).toArray();
        Arrays.sort(sorted);
        medians[i] = sorted[sorted.length / 2] / NANOS_PER_MICRO;
      }
      return medians;
    }

    String form() {
      String form = tiled instanceof OnnxRuntimePlanes ? "planes" : "rows";
      return kernel == tiled ? form : "fold+" + form;
    }

    void close() throws OrtException {
      tiles.close();
      kernel.close();
      plain.close();
    }
  }
}
