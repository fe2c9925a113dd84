/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/**
 * What an import found and decided: a table for people, and for programs its components.
 *
 * @param model the model's name
 * @param fingerprint the bundle's, hexadecimal
 * @param rounds of a pass
 * @param totalMacs multiplications of all layers
 * @param offloadedMacs multiplications of the offloaded layers
 * @param offloadedShare the share of the multiplications that is offloaded, 0 to 1; 0 for a model
 *     without any
 * @param finerMacs multiplications of the layers whose weights have two parts: the edge does them
 *     twice
 * @param bytesUp bytes of all masked tensors of a pass
 * @param bytesDown bytes of all results of a pass
 * @param tableBytesPerPass bytes that a pass takes in the decryption tables, without their frame
 * @param layers in the order of the model
 */
public record ImportReport(
    String model,
    String fingerprint,
    int rounds,
    long totalMacs,
    long offloadedMacs,
    double offloadedShare,
    long finerMacs,
    long bytesUp,
    long bytesDown,
    long tableBytesPerPass,
    List<Layer> layers) {
  private static final String[] COLUMNS = {
    "layer",
    "operator",
    "shape",
    "multiplications",
    "bits",
    "weight bits",
    "headroom",
    "round",
    "bytes up",
    "bytes down",
    ""
  };

  public ImportReport {
    layers = List.copyOf(layers);
  }

  /** A layer; {@link LayerReport} says what its components mean. */
  public record Layer(
      String name,
      String op,
      String shape,
      long macs,
      int bits,
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
          line.macs(),
          line.bits(),
          line.weightBits(),
          line.weightLimit(),
          line.headroomBits(),
          line.offloaded(),
          line.reason(),
          line.round(),
          line.bytesUp(),
          line.bytesDown());
    }
  }

  /** The report of a bundle. */
  public static ImportReport of(ModelBundle bundle) {
    Plan plan = bundle.plan();
    List<LayerReport> lines = bundle.device().report();
    long total = lines.stream().mapToLong(LayerReport::macs).sum();
    long offloaded =
        lines.stream().filter(LayerReport::offloaded).mapToLong(LayerReport::macs).sum();
    return new ImportReport(
        bundle.device().modelName(),
        bundle.fingerprint().toString(),
        plan.rounds(),
        total,
        offloaded,
        total == 0 ? 0 : (double) offloaded / total,
        finerMacs(bundle),
        plan.inputElements() * Integer.BYTES,
        plan.outputElements() * Integer.BYTES,
        plan.outputElements() * Integer.BYTES,
        lines.stream().map(Layer::of).toList());
  }

  private static long finerMacs(ModelBundle bundle) {
    return bundle.plan().layers().stream()
        .filter(layer -> bundle.edge().weights().get(layer.index()).parts() > 1)
        .mapToLong(layer -> layer.geometry().macs())
        .sum();
  }

  /** The table: one line per layer, then the totals; ends with a line break. */
  public String table() {
    List<String[]> rows = new ArrayList<>();
    rows.add(COLUMNS);
    layers.forEach(line -> rows.add(row(line)));
    int[] widths = new int[COLUMNS.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> append(text, row, widths));
    return text.append(totals()).toString();
  }

  private static String[] row(Layer line) {
    boolean offloaded = line.offloaded();
    return new String[] {
      line.name(),
      line.op(),
      line.shape(),
      grouped(line.macs()),
      offloaded ? Integer.toString(line.bits()) : "-",
      line.weightBits() > 0 ? Integer.toString(line.weightBits()) : "-",
      line.weightBits() > 0 ? String.format(Locale.ROOT, "%.2f", line.headroomBits()) : "-",
      offloaded ? Integer.toString(line.round()) : "-",
      offloaded ? line.bytesUp() == 0 ? "shared" : grouped(line.bytesUp()) : "-",
      offloaded ? grouped(line.bytesDown()) : "-",
      offloaded ? "offloaded" : "on the device: " + line.reason()
    };
  }

  private static void append(StringBuilder text, String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      String padding = " ".repeat(widths[i] - row[i].length());
      boolean number = i >= 3 && i <= 9;
      line.append(i == 0 ? "" : "  ");
      line.append(number ? padding + row[i] : row[i] + padding);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private String totals() {
    return String.format(
        Locale.ROOT,
        "%s: %d rounds; %s of %s multiplications offloaded (%.2f %%), %s of them with weights of"
            + " more than 8 bits, done twice; per pass %s bytes up, %s"
            + " bytes down, %s bytes of table\n",
        model,
        rounds,
        grouped(offloadedMacs),
        grouped(totalMacs),
        100 * offloadedShare,
        grouped(finerMacs),
        grouped(bytesUp),
        grouped(bytesDown),
        grouped(tableBytesPerPass));
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
