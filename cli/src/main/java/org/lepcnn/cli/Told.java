/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.ByteBuffer;
import java.util.List;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.onnx.cut.CutReport;
import org.lepcnn.onnx.cut.CutReports;

/**
 * What is told of an import beside the report.
 *
 * @param precision what --precision auto found; null for the others
 * @param cut what the offloaded layers cost a device; null without a profile
 */
record Told(List<String> notes, PrecisionReached precision, CutReport cut) {
  /** The costs, a line for each note on the model, and one about the search; or nothing. */
  String text() {
    StringBuilder text = new StringBuilder(cut == null ? "" : "\n" + cut.text() + "\n");
    notes.forEach(note -> text.append("Note: ").append(note).append('\n'));
    return text.append(precision == null ? "" : precision.text()).toString();
  }

  /** For {@link #of}, in another process. */
  byte[] toBytes() {
    BodyWriter out = new BodyWriter().int32(notes.size());
    notes.forEach(out::string);
    out.int32(precision == null ? 0 : 1);
    if (precision != null) {
      precision.write(out);
    }
    out.int32(cut == null ? 0 : 1);
    if (cut != null) {
      CutReports.write(cut, out);
    }
    return out.toByteArray();
  }

  static Told of(byte[] bytes) {
    BodyReader in = new BodyReader("what is told of an import", ByteBuffer.wrap(bytes));
    List<String> notes = in.list(in::string);
    PrecisionReached precision = in.int32() == 0 ? null : PrecisionReached.read(in);
    Told told = new Told(notes, precision, in.int32() == 0 ? null : CutReports.read(in));
    in.end();
    return told;
  }
}
