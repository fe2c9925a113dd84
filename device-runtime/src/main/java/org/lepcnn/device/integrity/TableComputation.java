/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.integrity;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.mask.MaskGenerator;

/**
 * What decryption tables contain: the challenge vectors of a group and the unblinding factors U =
 * W·r of its passes.
 *
 * <p>Every U is checked before it is handed out: ⟨a⊗b, U⟩ ≡ ⟨c, r⟩ with c from a scalar path that
 * is independent of the kernels, so that a faulty kernel cannot issue wrong tables.
 *
 * <p>Thread-safe. Masks are made, used and overwritten inside a call.
 */
public final class TableComputation implements AutoCloseable {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private final EdgeHalf edge;
  private final String kernelName;
  private final List<LinearKernel> kernels = new ArrayList<>();

  /** Packs the weights of every layer for {@code provider}. */
  public TableComputation(EdgeHalf edge, KernelProvider provider) {
    this.edge = edge;
    this.kernelName = provider.name();
    try {
      for (LinearLayerSpec layer : edge.plan().layers()) {
        kernels.add(
            provider.prepare(
                edge.plan().field(layer), layer.geometry(), edge.weights().get(layer.index())));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  public Plan plan() {
    return edge.plan();
  }

  /**
   * The challenges of a group with their vectors.
   *
   * @param challengesPerLayer 1, or 2 for the double check
   * @param groupKey stays the caller's
   */
  public GroupChallenges challenges(int challengesPerLayer, GroupKey groupKey) {
    return GroupChallenges.compute(edge, challengesPerLayer, groupKey);
  }

  /** Arrays for {@link #compute}: per pass, per layer, {@code outputSize()} residues. */
  public List<List<int[]>> allocate(int passes) {
    List<List<int[]>> factors = new ArrayList<>();
    for (int pass = 0; pass < passes; pass++) {
      List<int[]> layers = new ArrayList<>();
      for (LinearLayerSpec layer : plan().layers()) {
        layers.add(new int[layer.geometry().outputSize()]);
      }
      factors.add(layers);
    }
    return factors;
  }

  /**
   * Computes and checks the unblinding factors of several passes, one kernel call a layer for all
   * of them. Needs memory for the masks of one tensor and all those passes.
   *
   * @param group the challenges of the passes' group
   * @param keys the passes; they stay the caller's
   * @param factors receives U per pass and layer, see {@link #allocate}
   * @throws FaultyKernelException when the check fails; {@code factors} must not be used
   */
  public void compute(GroupChallenges group, List<PassKey> keys, List<List<int[]>> factors) {
    for (MaskedTensorSpec tensor : plan().tensors()) {
      int[][] masks = masks(keys, tensor);
      try {
        for (LinearLayerSpec layer : plan().layersOfRound(tensor.round())) {
          if (layer.tensorId() == tensor.id()) {
            int[][] outputs = new int[keys.size()][];
            for (int pass = 0; pass < outputs.length; pass++) {
              outputs[pass] = factors.get(pass).get(layer.index());
            }
            apply(group, layer, masks, outputs);
          }
        }
      } finally {
        erase(masks);
      }
    }
  }

  /**
   * Computes and checks the unblinding factor of one pass and layer.
   *
   * @param out receives {@code outputSize()} residues
   * @throws FaultyKernelException when the check fails; {@code out} must not be used
   */
  public void computeLayer(GroupChallenges group, PassKey key, int layer, int[] out) {
    LinearLayerSpec spec = plan().layer(layer);
    int[][] masks = masks(List.of(key), plan().tensor(spec.tensorId()));
    try {
      apply(group, spec, masks, new int[][] {out});
    } finally {
      erase(masks);
    }
  }

  /** Releases the packed weights. */
  @Override
  public void close() {
    kernels.forEach(LinearKernel::close);
    kernels.clear();
  }

  private void apply(GroupChallenges group, LinearLayerSpec layer, int[][] masks, int[][] outputs) {
    kernels.get(layer.index()).apply(masks.length, masks, outputs);
    for (int pass = 0; pass < masks.length; pass++) {
      if (!group.accepts(layer, masks[pass], outputs[pass])) {
        throw new FaultyKernelException(
            ("Computing unblinding factors of layer %s: the kernel '%s' gives "
                    + "wrong residues on this machine. No table was written; choose "
                    + "another kernel and check the hardware.")
                .formatted(layer.index(), kernelName));
      }
    }
  }

  private static int[][] masks(List<PassKey> keys, MaskedTensorSpec tensor) {
    int[][] masks = new int[keys.size()][tensor.elements()];
    for (int pass = 0; pass < masks.length; pass++) {
      try (MaskGenerator generator = new MaskGenerator(keys.get(pass), ACCESS)) {
        generator.fill(tensor.id(), tensor.field(), masks[pass], tensor.elements());
      }
    }
    return masks;
  }

  private static void erase(int[][] masks) {
    for (int[] mask : masks) {
      Arrays.fill(mask, 0);
    }
  }
}
