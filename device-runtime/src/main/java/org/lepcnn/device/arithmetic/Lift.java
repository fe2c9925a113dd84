/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.arithmetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;

/**
 * Which integer a residue of a layer's result stands for: residue d is d up to the channel's top,
 * and d − p above it. With n = p − 1 − top the integers are −n … top, p of them, and the import
 * proved that no result lies outside.
 */
public final class Lift {
  private final ResidueField field;
  private final int[] tops;

  private Lift(ResidueField field, int[] tops) {
    this.field = field;
    this.tops = tops;
  }

  /** Centred residues in every channel. */
  public static Lift centred(ResidueField field, int channels) {
    int[] tops = new int[channels];
    Arrays.fill(tops, field.half());
    return new Lift(field, tops);
  }

  /**
   * The lift of integers −n … p − 1 − n.
   *
   * @param below n, per channel
   */
  public static Lift from(ResidueField field, int[] below) {
    int[] tops = new int[below.length];
    Arrays.setAll(tops, channel -> field.modulus() - 1 - below[channel]);
    return new Lift(field, tops);
  }

  /** Those of all layers of a model. */
  public static List<Lift> ofLayers(DeviceHalf half) {
    List<Lift> lifts = new ArrayList<>();
    for (LinearLayerSpec layer : half.plan().layers()) {
      int[] below = half.layers().get(layer.index()).lift();
      ResidueField field = half.plan().field(layer);
      lifts.add(
          below.length == 0 ? centred(field, layer.geometry().outChannels()) : from(field, below));
    }
    return lifts;
  }

  /** What the layer is computed in. */
  public ResidueField field() {
    return field;
  }

  /** The largest residue of a channel that stands for itself. */
  int top(int channel) {
    return tops[channel];
  }

  /** {@link #top} of every channel; not to be changed. */
  int[] tops() {
    return tops;
  }

  /** The integer that a canonical residue stands for. */
  public int of(int residue, int channel) {
    return residue - (field.modulus() & ((tops[channel] - residue) >> 31));
  }

  /** Whether an integer is one that a residue of the channel can stand for. */
  public boolean holds(long integer, int channel) {
    return integer <= tops[channel] && integer > (long) tops[channel] - field.modulus();
  }
}
