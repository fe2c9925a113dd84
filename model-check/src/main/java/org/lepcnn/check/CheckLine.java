/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.lepcnn.device.stage.HostTensor;

/**
 * What {@code check} tells of one input.
 *
 * @param name the data set or row
 * @param exact the private path equals the plain integer network bit for bit
 * @param integrityOk every result of the edge was accepted
 * @param withFloat every output beside float ONNX Runtime's
 * @param withStored outputs beside the stored ones, as far as these are there
 * @param topPrivate the private answer
 * @param topFloat float ONNX Runtime's
 * @param label the right answer, or −1
 */
public record CheckLine(
    String name,
    boolean exact,
    boolean integrityOk,
    Comparison withFloat,
    Comparison withStored,
    TopAnswer topPrivate,
    TopAnswer topFloat,
    long label) {

  public static CheckLine compare(
      String name,
      CheckedInput checked,
      Map<String, HostTensor> floats,
      SortedMap<Integer, HostTensor> stored,
      long label) {
    return new CheckLine(
        name,
        checked.exact(),
        checked.integrityOk(),
        Comparison.withFloat(checked.outputs(), floats),
        Comparison.withStored(checked.outputs(), stored),
        TopAnswer.of(checked.outputs()),
        TopAnswer.of(floats),
        label);
  }

  /** Whether everything that was compared agrees, and something was. */
  boolean agrees(Tolerance tolerance) {
    return exact
        && integrityOk
        && withFloat.agrees(tolerance)
        && (withStored.isEmpty() || withStored.agrees(tolerance));
  }

  /** The largest error of any output against float. */
  public double relativeError() {
    return withFloat.error();
  }

  /** Whether both networks give an answer, so that these can be compared. */
  boolean hasTop1() {
    return topPrivate.isThere() || topFloat.isThere();
  }

  boolean top1Agrees() {
    return hasTop1() && topPrivate.isSame(topFloat);
  }

  /** Whether a network gives a number that a label can be held against. */
  boolean hasLabel() {
    return topPrivate.hasLabel() || topFloat.hasLabel();
  }

  String text(Tolerance tolerance) {
    List<String> parts = new ArrayList<>();
    OutputDifference real = withFloat.worstReal();
    if (real != null) {
      parts.add(
          String.format(
              Locale.ROOT,
              "error against float %.3g of %.3g (%.2g)",
              real.maxError(),
              real.maxMagnitude(),
              real.error()));
    }
    if (withFloat.nans() > 0) {
      parts.add(withFloat.nans() + " NaN");
    }
    parts.addAll(withFloat.differences());
    if (hasTop1()) {
      parts.add("top-1 " + (top1Agrees() ? "agrees" : "differs"));
    }
    if (withFloat.elements() == 0 && withFloat.agrees(tolerance)) {
      parts.add("nothing to compare, the outputs are empty");
    }
    if (!withStored.isEmpty()) {
      parts.add(
          (withStored.agrees(tolerance) ? "stored outputs agree" : "stored outputs OFF" + howFar())
              + absent());
    }
    return String.format(
        Locale.ROOT,
        "%-20s exact %-5s integrity %-6s %s%s%n",
        name,
        exact,
        integrityOk ? "ok" : "FAILED",
        String.join(", ", parts),
        withFloat.agrees(tolerance) ? "" : ": DISAGREES with float");
  }

  /** How far the private outputs are from the stored ones. */
  private String howFar() {
    List<String> parts = new ArrayList<>();
    OutputDifference real = withStored.worstReal();
    if (real != null && real.error() > 0) {
      parts.add(String.format(Locale.ROOT, " by %.2g", real.error()));
    }
    withStored.differences().forEach(each -> parts.add(" " + each));
    return String.join(",", parts);
  }

  /** Of which outputs none is stored, although there are others. */
  private String absent() {
    List<String> absent =
        withFloat.outputs().stream()
            .map(OutputDifference::name)
            .filter(output -> withStored.of(output) == null)
            .toList();
    return absent.isEmpty() ? "" : " (none is stored of " + String.join(", ", absent) + ")";
  }

  /** For programs. */
  Told told(Tolerance tolerance) {
    OutputDifference real = withFloat.worstReal();
    OutputDifference stored = withStored.worstReal();
    boolean whole = withFloat.elements(ElementKind.WHOLE) > 0;
    boolean compared = !withStored.isEmpty();
    return new Told(
        name,
        exact,
        integrityOk,
        real == null ? null : real.maxError(),
        real == null ? null : real.maxMagnitude(),
        real == null ? null : real.error(),
        whole ? withFloat.elements(ElementKind.WHOLE) : null,
        whole ? withFloat.differing(ElementKind.WHOLE) : null,
        withFloat.agrees(tolerance),
        !compared ? null : stored == null ? Double.NaN : stored.maxError(),
        compared ? withStored.agrees(tolerance) : null,
        hasTop1() ? top1Agrees() : null,
        label < 0 ? null : topPrivate.label() == label,
        label < 0 ? null : topFloat.label() == label,
        withFloat.outputs().stream().map(output -> told(output, tolerance)).toList());
  }

  private ToldOutput told(OutputDifference output, Tolerance tolerance) {
    boolean real = output.kind() == ElementKind.REAL;
    OutputDifference stored = withStored.of(output.name());
    return new ToldOutput(
        output.name(),
        output.kind().plural(),
        output.elements(),
        real ? output.maxError() : null,
        real ? output.maxMagnitude() : null,
        real ? null : output.differing(),
        output.error(),
        output.agrees(tolerance),
        stored == null ? null : stored.agrees(tolerance));
  }

  /** What is told of an output; null is what there is nothing to say of. */
  public record ToldOutput(
      String name,
      String kind,
      long elements,
      Double maxAbsError,
      Double maxAbsFloat,
      Long differing,
      double relativeError,
      boolean agreesWithFloat,
      Boolean agreesWithStored) {}

  /** What is told of an input; null is what there is nothing to say of. */
  public record Told(
      String name,
      boolean exact,
      boolean integrityOk,
      Double maxAbsError,
      Double maxAbsFloat,
      Double relativeError,
      Long wholeNumbers,
      Long wholeNumbersDiffering,
      boolean agreesWithFloat,
      Double expectedMaxAbsError,
      Boolean agreesWithStored,
      Boolean top1Agrees,
      Boolean top1Private,
      Boolean top1Float,
      List<ToldOutput> outputs) {}
}
