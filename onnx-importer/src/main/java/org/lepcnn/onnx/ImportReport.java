/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.io.Json;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.LayerReport;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Plan;

/** What an import found and decided, as a table for people and as JSON. */
public final class ImportReport {
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

  private final String modelName;
  private final String fingerprint;
  private final Plan plan;
  private final List<LayerReport> lines;
  private final long finerMacs;

  private ImportReport(
      String modelName, String fingerprint, Plan plan, List<LayerReport> lines, long finerMacs) {
    this.modelName = modelName;
    this.fingerprint = fingerprint;
    this.plan = plan;
    this.lines = lines;
    this.finerMacs = finerMacs;
  }

  /** The report of a bundle. */
  public static ImportReport of(ModelBundle bundle) {
    DeviceHalf device = bundle.device();
    return new ImportReport(
        device.modelName(),
        bundle.fingerprint().toString(),
        device.plan(),
        device.report(),
        finerMacs(bundle));
  }

  private static long finerMacs(ModelBundle bundle) {
    return bundle.plan().layers().stream()
        .filter(layer -> bundle.edge().weights().get(layer.index()).parts() > 1)
        .mapToLong(layer -> layer.geometry().macs())
        .sum();
  }

  /** Multiplications of all layers. */
  public long totalMacs() {
    return lines.stream().mapToLong(LayerReport::macs).sum();
  }

  /** Multiplications of the offloaded layers. */
  public long offloadedMacs() {
    return lines.stream().filter(LayerReport::offloaded).mapToLong(LayerReport::macs).sum();
  }

  /** The share of the multiplications that is offloaded, 0 to 1; 0 for a model without any. */
  public double offloadedShare() {
    return totalMacs() == 0 ? 0 : (double) offloadedMacs() / totalMacs();
  }

  /** Multiplications of the layers whose weights have two parts: the edge does them twice. */
  public long finerMacs() {
    return finerMacs;
  }

  /** Bytes of all masked tensors of a pass. */
  public long bytesUp() {
    return plan.inputElements() * Integer.BYTES;
  }

  /** Bytes of all results of a pass. */
  public long bytesDown() {
    return plan.outputElements() * Integer.BYTES;
  }

  /** Bytes that a pass takes in the decryption tables, without their frame. */
  public long tableBytes() {
    return plan.outputElements() * Integer.BYTES;
  }

  /** The table: one line per layer, then the totals; ends with a line break. */
  public String table() {
    List<String[]> rows = new ArrayList<>();
    rows.add(COLUMNS);
    lines.forEach(line -> rows.add(row(line)));
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

  /** The same as JSON. */
  public Json.JsonObject json() {
    Json.JsonArray layers = Json.array();
    for (LayerReport line : lines) {
      layers.add(
          Json.object()
              .put("name", line.name())
              .put("op", line.op())
              .put("shape", line.shape())
              .put("macs", line.macs())
              .put("bits", line.bits())
              .put("weightBits", line.weightBits())
              .put("weightLimit", line.weightLimit())
              .put("headroomBits", line.headroomBits())
              .put("offloaded", line.offloaded())
              .put("reason", line.reason())
              .put("round", line.round())
              .put("bytesUp", line.bytesUp())
              .put("bytesDown", line.bytesDown()));
    }
    return Json.object()
        .put("model", modelName)
        .put("fingerprint", fingerprint)
        .put("rounds", plan.rounds())
        .put("totalMacs", totalMacs())
        .put("offloadedMacs", offloadedMacs())
        .put("offloadedShare", offloadedShare())
        .put("finerMacs", finerMacs())
        .put("bytesUp", bytesUp())
        .put("bytesDown", bytesDown())
        .put("tableBytesPerPass", tableBytes())
        .put("layers", layers);
  }

  private static String[] row(LayerReport line) {
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
        modelName,
        plan.rounds(),
        grouped(offloadedMacs()),
        grouped(totalMacs()),
        100 * offloadedShare(),
        grouped(finerMacs()),
        grouped(bytesUp()),
        grouped(bytesDown()),
        grouped(tableBytes()));
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
