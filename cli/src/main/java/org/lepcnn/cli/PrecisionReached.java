/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Locale;
import org.lepcnn.check.LayerErrors;
import org.lepcnn.check.PrecisionSearch;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * How close {@code --precision auto} came to its target.
 *
 * @param measuredOn what the error was measured on, as a phrase; null when it was not measured
 * @param whyNot why it was not measured; null when it was
 * @param inputs how many inputs it was measured on
 * @param relativeError null when it was not measured
 * @param met whether the error was measured and meets the target
 * @param finerLayers layers with weights of two parts, of {@code layers}
 * @param twice the share of the multiplications that is done twice for them
 * @param weakest where the target is not met, the first layer after which the error exceeds it
 * @param wholeNumbers whether no output holds floating-point numbers
 */
record PrecisionReached(
    double target,
    String measuredOn,
    String whyNot,
    int inputs,
    Double relativeError,
    boolean met,
    int finerLayers,
    @JsonIgnore int layers,
    double twice,
    LayerErrors.Line weakest,
    @JsonIgnore boolean wholeNumbers) {

  static PrecisionReached of(
      PrecisionSearch.Found found, double target, String measuredOn, int inputs) {
    return new PrecisionReached(
        target,
        measuredOn,
        null,
        inputs,
        found.error(),
        found.met(),
        found.finerLayers(),
        found.bundle().plan().layers().size(),
        found.twice(),
        found.weakest(),
        found.bundle().device().outputs().stream().noneMatch(PrecisionReached::isReal));
  }

  private static boolean isReal(ValueSpec output) {
    return output.onnxType() == HostTensor.FLOAT || output.onnxType() == HostTensor.DOUBLE;
  }

  static PrecisionReached notMeasured(double target, String why) {
    return new PrecisionReached(target, null, why, 0, null, false, 0, 0, 0, null, false);
  }

  void write(BodyWriter out) {
    number(out, target);
    out.int32(measuredOn == null ? 0 : 1);
    if (measuredOn == null) {
      out.string(whyNot);
      return;
    }
    out.string(measuredOn).int32(inputs);
    number(out, relativeError);
    out.int32(met ? 1 : 0).int32(finerLayers).int32(layers);
    number(out, twice);
    out.int32(wholeNumbers ? 1 : 0).int32(weakest == null ? 0 : 1);
    if (weakest != null) {
      out.string(weakest.name()).string(weakest.op()).string(weakest.output());
      out.int32(weakest.bits()).int32(weakest.weightBits());
      number(out, weakest.relativeError());
      number(out, weakest.maxAbsError());
      number(out, weakest.maxAbsFloat());
    }
  }

  /** Reads what {@link #write} wrote. */
  static PrecisionReached read(BodyReader in) {
    double target = number(in);
    if (!flag(in)) {
      return notMeasured(target, in.string());
    }
    String measuredOn = in.string();
    int inputs = in.int32();
    double error = number(in);
    boolean met = flag(in);
    int finerLayers = in.int32();
    int layers = in.int32();
    double twice = number(in);
    boolean wholeNumbers = flag(in);
    LayerErrors.Line weakest =
        flag(in)
            ? new LayerErrors.Line(
                in.string(),
                in.string(),
                in.string(),
                in.int32(),
                in.int32(),
                number(in),
                number(in),
                number(in))
            : null;
    return new PrecisionReached(
        target,
        measuredOn,
        null,
        inputs,
        error,
        met,
        finerLayers,
        layers,
        twice,
        weakest,
        wholeNumbers);
  }

  private static void number(BodyWriter out, double value) {
    out.int64(Double.doubleToRawLongBits(value));
  }

  private static double number(BodyReader in) {
    return Double.longBitsToDouble(in.int64());
  }

  private static boolean flag(BodyReader in) {
    return in.int32() != 0;
  }

  String text() {
    if (measuredOn == null) {
      return String.format(
          Locale.ROOT,
          "Precision: not measured, so the weights are as with --precision fast: %s%n",
          whyNot);
    }
    return String.format(
            Locale.ROOT,
            "Precision: %s on %s, target %.3g %s; finer weights in %d of %d layers, %.3g %% of the"
                + " multiplications done twice.%n",
            error(),
            measuredOn,
            target,
            met ? "met" : "NOT met with the finest weights everywhere",
            finerLayers,
            layers,
            100 * twice)
        + (met ? "" : missed());
  }

  /** The error in the terms of the outputs: of whole numbers the share that differs. */
  private String error() {
    return wholeNumbers
        ? String.format(Locale.ROOT, "%.3g %% of the whole numbers differ", 100 * relativeError)
        : String.format(Locale.ROOT, "error %.3g of the largest output", relativeError);
  }

  private String missed() {
    if (weakest == null) {
      return "Every layer that is offloaded meets the target; what the device computes behind them"
          + " makes the error larger.\n";
    }
    return String.format(
        Locale.ROOT,
        "The first layer that misses it is '%s' (%s): error %.3g after it, with activations of %d"
            + " bits and weights of %d, the most that the proof against wrap-around leaves.%n",
        weakest.name(),
        weakest.op(),
        weakest.relativeError(),
        weakest.bits(),
        weakest.weightBits());
  }
}
