/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

/**
 * What the child of an {@link ImportTrial} is to do.
 *
 * @param work the name of the {@link TrialWork}
 * @param arguments of the work
 */
record TrialRequest(Path onnx, ImportOptions options, String work, List<String> arguments) {
  byte[] toBytes() {
    BodyWriter out = new BodyWriter();
    out.string(onnx.toAbsolutePath().toString()).string(work);
    strings(out, arguments);
    strings(out, options.inputArguments());
    strings(out, options.offload().words());
    strings(out, options.precision().words());
    out.int32(options.batch());
    return out.toByteArray();
  }

  static TrialRequest of(byte[] bytes) {
    BodyReader in = new BodyReader("the request of a trial", ByteBuffer.wrap(bytes));
    Path onnx = Path.of(in.string());
    String work = in.string();
    List<String> arguments = in.list(in::string);
    ImportOptions options = ImportOptions.defaults();
    for (String input : in.list(in::string)) {
      options = options.withInput(input);
    }
    options = options.withOffload(OffloadPolicy.ofWords(in.list(in::string)));
    options = options.withPrecision(Precision.ofWords(in.list(in::string)));
    options = options.withBatch(in.int32());
    in.end();
    return new TrialRequest(onnx, options, work, arguments);
  }

  /** Does it, in this process. */
  TrialWork.Done run(Consumer<String> steps) {
    return ModelImporter.guarded(onnx, () -> newWork().run(onnx, options, arguments, steps));
  }

  private TrialWork newWork() {
    try {
      var constructor = Class.forName(work).asSubclass(TrialWork.class).getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Making the work of a trial, " + work, e);
    }
  }

  private static void strings(BodyWriter out, List<String> values) {
    out.int32(values.size());
    values.forEach(out::string);
  }
}
