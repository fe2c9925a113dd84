/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * What travels in which round: the part of a model that device and edge share.
 *
 * <p>Invariants, checked on construction: tensor ids and layer indices count from 0; rounds count
 * from 0 without a gap and never decrease along the tensors; every tensor has a reader; a layer's
 * input has the elements of its tensor.
 */
public final class Plan {
  private final List<MaskedTensorSpec> tensors;
  private final List<LinearLayerSpec> layers;
  private final List<List<MaskedTensorSpec>> tensorsByRound = new ArrayList<>();
  private final List<List<LinearLayerSpec>> layersByRound = new ArrayList<>();

  public Plan(List<MaskedTensorSpec> tensors, List<LinearLayerSpec> layers) {
    this.tensors = List.copyOf(tensors);
    this.layers = List.copyOf(layers);
    indexTensors();
    indexLayers();
  }

  /** The number of offload rounds; 0 for a model without an offloaded layer. */
  public int rounds() {
    return tensorsByRound.size();
  }

  public List<MaskedTensorSpec> tensors() {
    return tensors;
  }

  public List<LinearLayerSpec> layers() {
    return layers;
  }

  public List<MaskedTensorSpec> tensorsOfRound(int round) {
    return tensorsByRound.get(round);
  }

  public List<LinearLayerSpec> layersOfRound(int round) {
    return layersByRound.get(round);
  }

  public MaskedTensorSpec tensor(int id) {
    return tensors.get(id);
  }

  public LinearLayerSpec layer(int index) {
    return layers.get(index);
  }

  /** What a layer of the plan computes in: the field of the tensor that it reads. */
  public ResidueField field(LinearLayerSpec layer) {
    return tensor(layer.tensorId()).field();
  }

  /** Whether some tensor is in another field than p = 2³¹ − 1, the one of older formats. */
  public boolean namesFields() {
    return tensors.stream().anyMatch(tensor -> tensor.field() != ResidueField.P31);
  }

  /** Residues of all layer outputs of one pass: the size of one pass in a decryption table. */
  public long outputElements() {
    long sum = 0;
    for (LinearLayerSpec layer : layers) {
      sum += layer.geometry().outputSize();
    }
    return sum;
  }

  /** Residues of all masked tensors of one pass. */
  public long inputElements() {
    long sum = 0;
    for (MaskedTensorSpec tensor : tensors) {
      sum += tensor.elements();
    }
    return sum;
  }

  /** Bytes of all masked tensors of one pass on the wire. */
  public long inputBytes() {
    return tensors.stream().mapToLong(MaskedTensorSpec::wireBytes).sum();
  }

  /** Bytes of all layer outputs of one pass, on the wire or in a decryption table. */
  public long outputBytes() {
    return layers.stream()
        .mapToLong(layer -> (long) layer.geometry().outputSize() * field(layer).wireBytes())
        .sum();
  }

  /**
   * Writes the plan.
   *
   * @param fields whether the format tells the field of every tensor; where it does not, all are in
   *     p = 2³¹ − 1
   */
  void write(BodyWriter out, boolean fields) {
    if (!fields && namesFields()) {
      throw new IllegalStateException("A plan of several fields needs a format that names them.");
    }
    out.int32(tensors.size());
    for (MaskedTensorSpec tensor : tensors) {
      out.int32(tensor.id()).int32(tensor.round()).int32(tensor.elements());
      if (fields) {
        out.int32(tensor.field().bits());
      }
    }
    out.int32(layers.size());
    for (LinearLayerSpec layer : layers) {
      out.int32(layer.index()).int32(layer.tensorId());
      writeGeometry(out, layer.geometry());
    }
  }

  /**
   * Reads a plan.
   *
   * @param fields as in {@link #write}
   */
  static Plan read(BodyReader in, boolean fields) {
    List<MaskedTensorSpec> tensors =
        in.list(
            () ->
                new MaskedTensorSpec(
                    in.int32(), in.int32(), in.int32(), fields ? readField(in) : ResidueField.P31));
    List<LinearLayerSpec> layers =
        in.list(() -> new LinearLayerSpec(in.int32(), in.int32(), readGeometry(in)));
    return new Plan(tensors, layers);
  }

  static ResidueField readField(BodyReader in) {
    int bits = in.int32();
    ResidueField field = ResidueField.ofBits(bits);
    if (field == null) {
      throw in.corrupt("a tensor is in a field of " + bits + " bits, which there is not");
    }
    return field;
  }

  private static void writeGeometry(BodyWriter out, ConvGeometry g) {
    ConvAxis h = g.height();
    ConvAxis w = g.width();
    out.int32(g.batch()).int32(g.inChannels()).int32(h.in()).int32(w.in());
    out.int32(g.outChannels()).int32(h.out()).int32(w.out());
    out.int32(h.kernel()).int32(w.kernel()).int32(h.stride()).int32(w.stride());
    out.int32(h.padBefore()).int32(w.padBefore()).int32(h.dilation()).int32(w.dilation());
    out.int32(h.inputDilation()).int32(w.inputDilation()).int32(g.groups());
  }

  private static ConvGeometry readGeometry(BodyReader in) {
    int batch = in.int32();
    int inChannels = in.int32();
    int[] inSize = readPair(in);
    int outChannels = in.int32();
    int[] outSize = readPair(in);
    int[] kernel = readPair(in);
    int[] stride = readPair(in);
    int[] padBefore = readPair(in);
    int[] dilation = readPair(in);
    int[] inputDilation = readPair(in);
    int groups = in.int32();
    ConvAxis[] axes = new ConvAxis[2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] =
          new ConvAxis(
              inSize[i],
              outSize[i],
              kernel[i],
              stride[i],
              dilation[i],
              inputDilation[i],
              padBefore[i]);
    }
    return new ConvGeometry(batch, inChannels, outChannels, groups, axes[0], axes[1]);
  }

  /** Height and width of one property. */
  private static int[] readPair(BodyReader in) {
    return new int[] {in.int32(), in.int32()};
  }

  private void indexTensors() {
    for (MaskedTensorSpec tensor : tensors) {
      int rounds = tensorsByRound.size();
      require(
          tensor.id() >= 0 && tensor.id() < tensors.size() && tensors.get(tensor.id()) == tensor,
          "tensor ids must count from 0",
          tensor);
      require(
          tensor.round() >= 0 && (tensor.round() == rounds - 1 || tensor.round() == rounds),
          "rounds must follow one another",
          tensor);
      require(
          tensor.elements() > 0 && tensor.elements() <= ConvGeometry.MAX_TENSOR_ELEMENTS,
          "a tensor has 1 to 16 Mi elements",
          tensor);
      if (tensor.round() == rounds) {
        tensorsByRound.add(new ArrayList<>());
        layersByRound.add(new ArrayList<>());
      }
      tensorsByRound.get(tensor.round()).add(tensor);
    }
  }

  private void indexLayers() {
    boolean[] read = new boolean[tensors.size()];
    for (int i = 0; i < layers.size(); i++) {
      LinearLayerSpec layer = layers.get(i);
      require(layer.index() == i, "layer indices must count from 0", layer);
      require(
          layer.tensorId() >= 0 && layer.tensorId() < tensors.size(),
          "a layer reads a tensor of the plan",
          layer);
      MaskedTensorSpec tensor = tensors.get(layer.tensorId());
      require(
          layer.geometry().inputSize() == tensor.elements(),
          "a layer's input has its tensor's elements",
          layer);
      read[tensor.id()] = true;
      layersByRound.get(tensor.round()).add(layer);
    }
    for (MaskedTensorSpec tensor : tensors) {
      require(read[tensor.id()], "every tensor has a reader", tensor);
    }
  }

  private static void require(boolean holds, String rule, Object found) {
    if (!holds) {
      throw BadInputException.about("Plan").expected("that " + rule).found(found);
    }
  }
}
