/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.model.Preprocessing;

/**
 * What an import found and decided: a table for people, and for programs its components.
 *
 * @param model the model's name
 * @param fingerprint the bundle's, hexadecimal
 * @param batch inputs of a pass
 * @param rounds of a pass
 * @param totalMacs multiplications of all layers, as far as they are known
 * @param offloadedMacs multiplications of the offloaded layers
 * @param offloadedShare the share of the multiplications that is offloaded, 0 to 1; 0 for a model
 *     without any
 * @param uncountedLayers layers on the device whose multiplications are not known
 * @param finerMacs multiplications of the layers whose weights have two parts: the edge does them
 *     twice
 * @param bytesUp bytes of all masked tensors of a pass
 * @param bytesDown bytes of all results of a pass
 * @param tableBytesPerPass bytes that a pass takes in the decryption tables, without their frame
 * @param layers in the order of the model
 * @param pictures how they become the input; null where nobody said
 * @param classes how they are told; null where nobody said
 */
public record ImportReport(
    String model,
    String fingerprint,
    int batch,
    int rounds,
    long totalMacs,
    long offloadedMacs,
    double offloadedShare,
    long uncountedLayers,
    long finerMacs,
    long bytesUp,
    long bytesDown,
    long tableBytesPerPass,
    List<Layer> layers,
    Pictures pictures,
    Classes classes) {
  private static final String GAP = "  ";

  private static final List<Column> COLUMNS =
      List.of(
          Column.text("layer", Layer::name),
          Column.text("operator", Layer::op),
          Column.text("shape", Layer::shape),
          Column.number(
              "multiplications",
              layer -> layer.macs() == null ? "not known" : grouped(layer.macs())),
          Column.offloaded("bits", layer -> Integer.toString(layer.bits())),
          Column.offloaded("field", layer -> Integer.toString(layer.field())),
          Column.weighed("weight bits", layer -> Integer.toString(layer.weightBits())),
          Column.weighed(
              "headroom", layer -> String.format(Locale.ROOT, "%.2f", layer.headroomBits())),
          Column.offloaded("round", layer -> Integer.toString(layer.round())),
          Column.offloaded(
              "bytes up", layer -> layer.bytesUp() == 0 ? "shared" : grouped(layer.bytesUp())),
          Column.offloaded("bytes down", layer -> grouped(layer.bytesDown())),
          Column.text(
              "", layer -> layer.offloaded() ? "offloaded" : "on the device: " + layer.reason()));

  public ImportReport {
    layers = List.copyOf(layers);
  }

  /**
   * A layer; {@link LayerReport} says what its components mean.
   *
   * @param macs null where they are not known
   * @param field bits of the field that it is computed in, 31 or 24; 0 when not offloaded
   * @param signed whether its activations may be negative
   */
  public record Layer(
      String name,
      String op,
      String shape,
      Long macs,
      int bits,
      int field,
      boolean signed,
      int weightBits,
      int weightLimit,
      double headroomBits,
      boolean offloaded,
      String reason,
      int round,
      long bytesUp,
      long bytesDown) {
    private static Layer of(LayerReport line) {
      return new Layer(
          line.name(),
          line.op(),
          line.shape(),
          isCounted(line) ? line.macs() : null,
          line.bits(),
          line.offloaded() ? line.field().bits() : 0,
          line.signed(),
          line.weightBits(),
          line.weightLimit(),
          line.headroomBits(),
          line.offloaded(),
          line.reason(),
          line.round(),
          line.bytesUp(),
          line.bytesDown());
    }

    private static boolean isCounted(LayerReport line) {
      return line.macs() != LayerReport.UNKNOWN_MACS;
    }
  }

  /** Preprocessing in the words of the file that says it. */
  public record Pictures(
      String resize,
      Integer size,
      String filter,
      List<Integer> padding,
      String colours,
      String layout,
      double scale,
      List<Double> mean,
      List<Double> std) {
    private static Pictures of(Preprocessing how) {
      return how == null
          ? null
          : new Pictures(
              how.resize().word(),
              how.shorterSide() == 0 ? null : how.shorterSide(),
              how.filter().word(),
              how.padding(),
              how.colours().word(),
              how.channelsLast() ? "nhwc" : "nchw",
              how.scale(),
              how.mean(),
              how.deviation());
    }

    private String text() {
      return String.format(
          Locale.ROOT,
          "Pictures: resize %s%s, filter %s, padding %s, colours %s, layout %s, scale %s, mean %s,"
              + " std %s\n",
          resize,
          size == null ? "" : " " + size,
          filter,
          padding,
          colours,
          layout,
          scale,
          mean,
          std);
    }
  }

  /**
   * The classes of a model.
   *
   * @param output the output with their scores
   * @param names how many have one
   */
  public record Classes(String output, int names, boolean softmax, int top) {
    private static Classes of(Naming naming) {
      return naming == null
          ? null
          : new Classes(naming.output(), naming.names().size(), naming.softmax(), naming.top());
    }

    private String text() {
      return "Classes: %d names for the scores of %s, told %s, the best %d\n"
          .formatted(names, output, softmax ? "as probabilities" : "as they are", top);
    }
  }

  /** The report of a bundle. */
  public static ImportReport of(ModelBundle bundle) {
    Plan plan = bundle.plan();
    List<LayerReport> lines = bundle.device().report();
    long total = lines.stream().filter(Layer::isCounted).mapToLong(LayerReport::macs).sum();
    long offloaded =
        lines.stream().filter(LayerReport::offloaded).mapToLong(LayerReport::macs).sum();
    return new ImportReport(
        bundle.device().modelName(),
        bundle.fingerprint().toString(),
        bundle.device().batch(),
        plan.rounds(),
        total,
        offloaded,
        total == 0 ? 0 : (double) offloaded / total,
        lines.stream().filter(line -> !Layer.isCounted(line)).count(),
        finerMacs(bundle),
        plan.inputBytes(),
        plan.outputBytes(),
        plan.outputBytes(),
        lines.stream().map(Layer::of).toList(),
        Pictures.of(bundle.device().preprocessing()),
        Classes.of(bundle.device().naming()));
  }

  private static long finerMacs(ModelBundle bundle) {
    return bundle.plan().layers().stream()
        .filter(layer -> bundle.edge().weights().get(layer.index()).parts() > 1)
        .mapToLong(layer -> layer.geometry().macs())
        .sum();
  }

  /**
   * The table: one line per layer, then the totals, pictures and classes; ends with a line break.
   */
  public String table() {
    List<List<String>> columns = COLUMNS.stream().map(column -> column.lines(layers)).toList();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= layers.size(); i++) {
      int line = i;
      String cells =
          columns.stream().map(lines -> lines.get(line)).collect(Collectors.joining(GAP));
      text.append(cells.stripTrailing()).append('\n');
    }
    return text.append(totals())
        .append(pictures == null ? "" : pictures.text())
        .append(classes == null ? "" : classes.text())
        .toString();
  }

  /** A column of the table: its heading, and what it says of a layer. */
  private record Column(String heading, boolean isNumber, Function<Layer, String> cell) {
    static Column text(String heading, Function<Layer, String> cell) {
      return new Column(heading, false, cell);
    }

    static Column number(String heading, Function<Layer, String> cell) {
      return new Column(heading, true, cell);
    }

    /** A number that offloaded layers alone have. */
    static Column offloaded(String heading, Function<Layer, String> cell) {
      return number(heading, layer -> layer.offloaded() ? cell.apply(layer) : "-");
    }

    /** A number of layers whose weights are known. */
    static Column weighed(String heading, Function<Layer, String> cell) {
      return number(heading, layer -> layer.weightBits() > 0 ? cell.apply(layer) : "-");
    }

    /** The heading and a cell per layer, all of one width. */
    List<String> lines(List<Layer> layers) {
      List<String> lines = new ArrayList<>(List.of(heading));
      layers.forEach(layer -> lines.add(cell.apply(layer)));
      int width = lines.stream().mapToInt(String::length).max().getAsInt();
      lines.replaceAll(
          line -> {
            String padding = " ".repeat(width - line.length());
            return isNumber ? padding + line : line + padding;
          });
      return lines;
    }
  }

  private String totals() {
    return layers.stream().anyMatch(Layer::offloaded)
        ? String.format(
            Locale.ROOT,
            "%s: %d rounds; %s of %s multiplications offloaded (%s%.2f %%), %s of them with weights"
                + " of more than 8 bits, done twice; per pass%s %s bytes up, %s bytes down, %s bytes of"
                + " table\n",
            model,
            rounds,
            grouped(offloadedMacs),
            total(),
            uncountedLayers == 0 ? "" : "at most ",
            100 * offloadedShare,
            grouped(finerMacs),
            batch == 1 ? "" : " of " + batch + " inputs",
            grouped(bytesUp),
            grouped(bytesDown),
            grouped(tableBytesPerPass))
        : model + ": " + nothingOffloaded() + "\n";
  }

  /**
   * A sentence for the end of an answer: that nothing goes to the edge; empty when something does.
   */
  public String lastWord() {
    return layers.stream().anyMatch(Layer::offloaded) ? "" : " Nothing of it goes to the edge.";
  }

  /** That no layer goes to the edge, and what stays; for a model of which that is true. */
  private String nothingOffloaded() {
    return layers.isEmpty()
        ? "nothing goes to the edge, since no layer of the model multiplies"
        : "nothing goes to the edge; the device does all of "
            + total()
            + " multiplications in "
            + layers.size()
            + (layers.size() == 1 ? " layer" : " layers");
  }

  private String total() {
    return (uncountedLayers == 0 ? "" : "at least ") + grouped(totalMacs);
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
