/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.lepcnn.check.ElementKind;
import org.lepcnn.check.LayerErrors;
import org.lepcnn.check.PrecisionSearch;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;

/**
 * How close {@code --precision auto} came to its target.
 *
 * @param measuredOn what the error was measured on, as a phrase; null when it was not measured
 * @param whyNot why it was not measured; null when it was
 * @param inputs how many inputs it was measured on
 * @param relativeError of the output where it is largest; of what is the same or not the share that
 *     differs; null when it was not measured
 * @param elements what this output holds; null when it was not measured
 * @param met whether the error was measured and meets the target
 * @param finerLayers layers with weights of two parts, of {@code layers}
 * @param twice the share of the multiplications that is done twice for them
 * @param weakest where the target is not met, the first layer after which the error exceeds it
 */
record PrecisionReached(
    double target,
    String measuredOn,
    String whyNot,
    int inputs,
    Double relativeError,
    @JsonIgnore ElementKind elements,
    boolean met,
    int finerLayers,
    @JsonIgnore int layers,
    double twice,
    LayerErrors.Line weakest) {

  static PrecisionReached of(
      PrecisionSearch.Found found, double target, String measuredOn, int inputs) {
    return new PrecisionReached(
        target,
        measuredOn,
        null,
        inputs,
        found.error(),
        found.kind(),
        found.met(),
        found.finerLayers(),
        found.bundle().plan().layers().size(),
        found.twice(),
        found.weakest());
  }

  static PrecisionReached notMeasured(double target, String why) {
    return new PrecisionReached(target, null, why, 0, null, null, false, 0, 0, 0, null);
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
    out.string(elements.name()).int32(met ? 1 : 0).int32(finerLayers).int32(layers);
    number(out, twice);
    out.int32(weakest == null ? 0 : 1);
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
    ElementKind elements = ElementKind.valueOf(in.string());
    boolean met = flag(in);
    int finerLayers = in.int32();
    int layers = in.int32();
    double twice = number(in);
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
        elements,
        met,
        finerLayers,
        layers,
        twice,
        weakest);
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

  /** What the error is measured in: the output's elements; null when it was not measured. */
  @JsonProperty
  String kind() {
    return elements == null ? null : elements.plural();
  }

  /** The error in the terms of the output. */
  private String error() {
    return elements.isSameOrNot()
        ? String.format(Locale.ROOT, "%.3g %% of the %s differ", 100 * relativeError, kind())
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
