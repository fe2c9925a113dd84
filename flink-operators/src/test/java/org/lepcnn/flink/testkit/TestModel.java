/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;

/**
 * A model with random weights: round 0 two convolutions on one tensor and a product on another,
 * round 1 a product of two chunks of input, round 2 a product with two chunks of output.
 */
public final class TestModel implements AutoCloseable {
  /** Residues of a tensor that takes two chunks. */
  public static final int WIDE = 300_000;

  private final ModelBundle bundle;
  private final Path folder;
  private ModelLease lease;

  private TestModel(ModelBundle bundle, Path folder) {
    this.bundle = bundle;
    this.folder = folder;
  }

  /** Writes the bundle into a folder. */
  public static TestModel write(Path folder) {
    return write(folder, 7);
  }

  /** Writes a bundle with other weights into a folder. */
  public static TestModel write(Path folder, long seed) {
    return write(folder, plan(ResidueField.P31), seed);
  }

  /** Writes a bundle of the same shapes, all tensors but the first in the field of 24 bits. */
  public static TestModel writeMixed(Path folder) {
    return write(folder, plan(ResidueField.P24), 7);
  }

  private static Plan plan(ResidueField field) {
    ConvGeometry wide = ConvGeometry.of(3, 4, ConvAxis.centred(6, 3), ConvAxis.centred(5, 3));
    ConvGeometry narrow = ConvGeometry.of(3, 4, ConvAxis.pointwise(6), ConvAxis.pointwise(5));
    return new Plan(
        List.of(
            new MaskedTensorSpec(0, 0, 90, ResidueField.P31),
            new MaskedTensorSpec(1, 0, 17, field),
            new MaskedTensorSpec(2, 1, WIDE, field),
            new MaskedTensorSpec(3, 2, 2, field)),
        List.of(
            new LinearLayerSpec(0, 0, wide),
            new LinearLayerSpec(1, 0, narrow),
            new LinearLayerSpec(2, 1, ConvGeometry.fullyConnected(1, 17, 5)),
            new LinearLayerSpec(3, 2, ConvGeometry.fullyConnected(1, WIDE, 2)),
            new LinearLayerSpec(4, 3, ConvGeometry.fullyConnected(1, 2, WIDE))));
  }

  /**
   * Writes a small bundle whose rounds have the tensors of {@link #write}, by number, in other
   * sizes and in the field of 24 bits: what fits one of the two plans does not fit the other.
   */
  public static TestModel writeOther(Path folder) {
    Plan plan =
        new Plan(
            List.of(
                new MaskedTensorSpec(0, 0, 17, ResidueField.P24),
                new MaskedTensorSpec(1, 0, 40, ResidueField.P24),
                new MaskedTensorSpec(2, 0, 5, ResidueField.P24),
                new MaskedTensorSpec(3, 1, 8, ResidueField.P24)),
            List.of(
                new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, 17, 5)),
                new LinearLayerSpec(1, 1, ConvGeometry.fullyConnected(1, 40, 3)),
                new LinearLayerSpec(2, 2, ConvGeometry.fullyConnected(1, 5, 4)),
                new LinearLayerSpec(3, 3, ConvGeometry.fullyConnected(1, 8, 2))));
    return write(folder, plan, 8);
  }

  /**
   * Writes a bundle with one layer of 2²² multiplications whose sums no kernel but the scalar one
   * can hold.
   */
  public static TestModel writeScalarOnly(Path folder) {
    int inputs = 1 << 18;
    Plan plan =
        new Plan(
            List.of(new MaskedTensorSpec(0, 0, inputs, ResidueField.P31)),
            List.of(new LinearLayerSpec(0, 0, ConvGeometry.fullyConnected(1, inputs, 16))));
    return write(folder, plan, 9);
  }

  private static TestModel write(Path folder, Plan plan, long seed) {
    TestModel model = new TestModel(ModelBundle.of(edge(plan, seed), device(plan)), folder);
    model.bundle.write(folder);
    return model;
  }

  public Plan plan() {
    return bundle.plan();
  }

  public ModelBundle bundle() {
    return bundle;
  }

  /** Scalar kernels on this model. */
  public ModelSource source() {
    return new ModelSource(folder.toString(), "scalar");
  }

  /** Loads the model into this process, so that operators find it ready. */
  public TestModel load() {
    lease = acquire();
    lease.future().join();
    return this;
  }

  /** A share in the model, which starts to load unless this process has it. */
  public ModelLease acquire() {
    return ModelRegistry.acquire(source(), ModelWarmUp.NONE);
  }

  @Override
  public void close() {
    if (lease != null) {
      lease.close();
    }
  }

  /** Random residues for all tensors of a round. */
  public List<RoundRequest.Tensor> tensors(int round, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<RoundRequest.Tensor> tensors = new ArrayList<>();
    for (MaskedTensorSpec tensor : plan().tensorsOfRound(round)) {
      int[] residues = random.ints(tensor.elements(), 0, tensor.field().modulus()).toArray();
      tensors.add(new RoundRequest.Tensor(tensor.id(), residues));
    }
    return tensors;
  }

  /** What the reference kernels make of a round: residues by layer. */
  public Map<Integer, int[]> expected(int round, List<RoundRequest.Tensor> tensors) {
    Map<Integer, int[]> results = new HashMap<>();
    for (LinearLayerSpec layer : plan().layersOfRound(round)) {
      int[] input =
          tensors.stream().filter(t -> t.id() == layer.tensorId()).findFirst().get().residues();
      int[] output = new int[layer.geometry().outputSize()];
      LayerWeights weights = bundle.edge().weights().get(layer.index());
      try (LinearKernel kernel =
          new ScalarKernels().prepare(plan().field(layer), layer.geometry(), weights)) {
        kernel.apply(input, output);
      }
      results.put(layer.index(), output);
    }
    return results;
  }

  private static EdgeHalf edge(Plan plan, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LayerWeights> weights = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      byte[] values = new byte[layer.geometry().weightCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (byte) (random.nextInt(255) - 127);
      }
      weights.add(LayerWeights.of(values));
    }
    return new EdgeHalf(plan, weights);
  }

  private static DeviceHalf device(Plan plan) {
    List<DeviceHalf.TensorBinding> tensors = new ArrayList<>();
    plan.tensors().forEach(t -> tensors.add(new DeviceHalf.TensorBinding("t" + t.id(), 16)));
    List<DeviceHalf.LayerBinding> layers = new ArrayList<>();
    for (LinearLayerSpec layer : plan.layers()) {
      int channels = layer.geometry().outChannels();
      layers.add(
          new DeviceHalf.LayerBinding(
              "layer" + layer.index(),
              "Conv",
              "y" + layer.index(),
              new long[] {layer.geometry().outputSize()},
              new float[channels],
              new float[channels]));
    }
    List<DeviceHalf.Stage> stages = new ArrayList<>();
    for (int i = 0; i <= plan.rounds(); i++) {
      stages.add(new DeviceHalf.Stage(new byte[0], List.of(), List.of()));
    }
    return new DeviceHalf("test", List.of(), List.of(), plan, tensors, layers, stages, List.of());
  }
}
