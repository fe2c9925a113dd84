/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.fuzz;

import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a child process tells its parent, in memory that both map from a file, so that it is still
 * there when the child has died: the number of the attempt at work, and how many were taken and
 * refused.
 */
public final class FuzzProgress {
  private static final int NUMBER = 0;
  private static final int TAKEN = 1;
  private static final int REFUSED = 2;
  private static final int LONGS = 3;

  private final LongBuffer values;

  /** Maps the file, which is made when it does not exist. */
  public FuzzProgress(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      values =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) LONGS * Long.BYTES).asLongBuffer();
    }
  }

  public long number() {
    return values.get(NUMBER);
  }

  public void setNumber(long number) {
    values.put(NUMBER, number);
  }

  public long taken() {
    return values.get(TAKEN);
  }

  public long refused() {
    return values.get(REFUSED);
  }

  void count(boolean refusal) {
    int at = refusal ? REFUSED : TAKEN;
    values.put(at, values.get(at) + 1);
  }
}
