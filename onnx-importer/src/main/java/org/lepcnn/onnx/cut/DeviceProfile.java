/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;

/**
 * What private inference costs a kind of device: the figures that decide where a network is cut.
 *
 * @param name for people
 * @param provenance where the figures are from: measured, on what; or a model, of what
 * @param device what the device takes for each element
 * @param plain what it takes for a layer that it keeps, in float
 * @param edge what the edge takes for a masked layer
 * @param transport the way between them
 * @param energy what the device's work and traffic take of its battery
 */
@PublicApi
public record DeviceProfile(
    String name,
    String provenance,
    Elements device,
    LayerSpeeds plain,
    LayerSpeeds edge,
    Transport transport,
    Energy energy) {
  private static final int MOST_NAME = 100;
  private static final int MOST_PROVENANCE = 1000;

  public DeviceProfile {
    Limits.require("name", name, MOST_NAME);
    Limits.require("provenance", provenance, MOST_PROVENANCE);
  }

  /**
   * What the device takes by itself.
   *
   * @param maskNanosPerElement to quantize and mask an element
   * @param checkNanosPerElement to check an element, of a request or a result
   * @param openNanosPerResult to open a residue of a table
   * @param unmaskNanosPerResult to unmask and dequantize a result
   * @param stageNanosPerResult what ONNX Runtime takes for a result that it would not have to take
   *     as an input if it had computed the layer: what follows is a run of its own
   */
  @PublicApi
  public record Elements(
      double maskNanosPerElement,
      double checkNanosPerElement,
      double openNanosPerResult,
      double unmaskNanosPerResult,
      double stageNanosPerResult) {

    public Elements {
      Limits.require("maskNanosPerElement", maskNanosPerElement);
      Limits.require("checkNanosPerElement", checkNanosPerElement);
      Limits.require("openNanosPerResult", openNanosPerResult);
      Limits.require("unmaskNanosPerResult", unmaskNanosPerResult);
      Limits.require("stageNanosPerResult", stageNanosPerResult);
    }

    /** For an element that is sent. */
    public double sentNanos() {
      return maskNanosPerElement + checkNanosPerElement;
    }

    /** For a result that comes back. */
    public double resultNanos() {
      return checkNanosPerElement + openNanosPerResult + unmaskNanosPerResult + stageNanosPerResult;
    }
  }

  /**
   * The way to the edge and back.
   *
   * @param roundMicros how long a round takes whatever it carries
   * @param latencyNanosPerByte how much longer for each byte of a residue, either way
   * @param cpuNanosPerByte processor time of the device for each, by its client
   */
  @PublicApi
  public record Transport(double roundMicros, double latencyNanosPerByte, double cpuNanosPerByte) {
    public Transport {
      Limits.require("roundMicros", roundMicros);
      Limits.require("latencyNanosPerByte", latencyNanosPerByte);
      Limits.require("cpuNanosPerByte", cpuNanosPerByte);
    }
  }

  /**
   * What the battery pays.
   *
   * @param cpuWatts of a core that works, beyond one that does not
   * @param nanojoulesPerByte of a byte sent or received, beyond the processor's
   */
  @PublicApi
  public record Energy(double cpuWatts, double nanojoulesPerByte) {
    public Energy {
      Limits.require("cpuWatts", cpuWatts);
      Limits.require("nanojoulesPerByte", nanojoulesPerByte);
    }
  }

  /** This profile with another transport. */
  public DeviceProfile with(Transport other) {
    return new DeviceProfile(name, provenance, device, plain, edge, other, energy);
  }

  /** What a layer costs when the device keeps it. */
  Cost kept(ConvGeometry g) {
    return work(plain.nanos(g));
  }

  /** What a layer's result costs when the edge computes it. */
  Cost offloaded(CutLayer layer) {
    ConvGeometry g = layer.geometry();
    return moved(g.outputSize(), layer.field(), device.resultNanos())
        .plus(new Cost(0, edge.nanos(g), 0, 0));
  }

  /** What it costs to send the tensor that a layer reads. */
  Cost sent(CutLayer layer) {
    return moved(layer.geometry().inputSize(), layer.field(), device.sentNanos());
  }

  /** What a round costs besides. */
  Cost round() {
    return new Cost(0, transport.roundMicros() * 1e3, 0, 0);
  }

  /** Multiplications that the device does anyway. */
  Cost others(long multiplications) {
    return work(multiplications * plain.convolutionNanosPerMultiplication());
  }

  private Cost work(double nanos) {
    return new Cost(nanos, nanos, 0, nanos * energy.cpuWatts());
  }

  private Cost moved(long elements, ResidueField field, double nanosEach) {
    double bytes = (double) elements * field.wireBytes();
    double own = elements * nanosEach;
    double cpu = own + bytes * transport.cpuNanosPerByte();
    double energyOf = cpu * energy.cpuWatts() + bytes * energy.nanojoulesPerByte();
    return new Cost(cpu, own + bytes * transport.latencyNanosPerByte(), bytes, energyOf);
  }
}
