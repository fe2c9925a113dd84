/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.supply.ResidueBuffer;

/**
 * Nanoseconds per residue of what opening a table with tags is made of, each by itself, beside the
 * whole: reading from the page cache, AES-GCM, and copying the same bytes from memory that no cache
 * holds. One thread, median and tenth percentile of interleaved repetitions.
 *
 * <p>Every repetition takes another vector of a file that was read through just before the first:
 * the page cache has it, the processor's caches do not.
 */
public final class OpenSpeedMain {
  private static final int WARM = 40;
  private static final int REPETITIONS = 200;

  /** Residues of a vector: 2 MB, what a pass of AlexNet opens. */
  private static final int LENGTH = 500_000;

  private static final int VECTORS = 128;
  private static final int SHORT_MESSAGES = 12_000;
  private static final VectorSealer.Address ADDRESS = new VectorSealer.Address(0, 0, 0);

  private final VectorSealer sealer = new VectorSealer(TestTables.id(0, 0), CipherSuite.AES);
  private final javax.crypto.SecretKey key =
      SecretKey.random().toCipherKey(CipherSuite.AES, TestSecrets.ACCESS);
  private final ResidueBuffer buffer = new ResidueBuffer(LENGTH);
  private final byte[] segment = new byte[VectorSealer.SEGMENT_BYTES + VectorSealer.TAG_BYTES];
  private final int[] cold = new int[VECTORS * LENGTH];
  private final int[] tile = new int[VectorSealer.SEGMENT_BYTES / Integer.BYTES];
  private final long vectorBytes = VectorSealer.sealedBytes(LENGTH);
  private final RandomAccessFile file;
  private final MappedByteBuffer map;
  private int vector;
  private long unusedOrdinal = ordinal(VECTORS);

  private interface Work {
    void run() throws IOException;
  }

  private OpenSpeedMain(Path path) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      for (int i = 0; i < VECTORS; i++) {
        sealer.seal(key, ordinal(i), ADDRESS, new int[LENGTH], out);
      }
    }
    Arrays.fill(cold, 1);
    sealer.warmUp(
        SecretKey.random().toCipherKey(CipherSuite.AES, TestSecrets.ACCESS),
        0,
        512,
        SHORT_MESSAGES);
    file = new RandomAccessFile(path.toFile(), "r");
    map = file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, file.length());
  }

  public static void main(String[] args) throws IOException {
    Path path = Files.createTempFile("lepcnn-open-speed", TableId.SUFFIX);
    try {
      new OpenSpeedMain(path).measure();
    } finally {
      Files.delete(path);
    }
  }

  private static long ordinal(int vector) {
    return (long) vector * VectorSealer.segments(LENGTH);
  }

  private void open() throws IOException {
    sealer.open(key, ordinal(vector), ADDRESS, "", file, vector * vectorBytes, buffer, LENGTH);
  }

  private void read() throws IOException {
    file.seek(vector * vectorBytes);
    for (long left = vectorBytes; left > 0; left -= segment.length) {
      file.readFully(segment, 0, (int) Math.min(left, segment.length));
    }
  }

  private void readMapped() {
    int at = (int) (vector * vectorBytes);
    for (long left = vectorBytes; left > 0; left -= segment.length) {
      map.get(at, segment, 0, (int) Math.min(left, segment.length));
      at += segment.length;
    }
  }

  private void copyCold() {
    for (int from = 0; from + tile.length <= LENGTH; from += tile.length) {
      System.arraycopy(cold, vector * LENGTH + from, tile, 0, tile.length);
    }
  }

  /** As many segments as a vector has, of which the first is sealed and the others are opened. */
  private void aesGcm() {
    int others = VectorSealer.segments(LENGTH) - 1;
    sealer.warmUp(key, unusedOrdinal++, VectorSealer.SEGMENT_BYTES, others);
  }

  private void measure() throws IOException {
    Map<String, Work> steps = new LinkedHashMap<>();
    steps.put("open, versions 1 and 2", this::open);
    steps.put("read from the page cache", this::read);
    steps.put("the same through a mapping", this::readMapped);
    steps.put("AES-GCM, in the cache", this::aesGcm);
    steps.put("copy from cold memory", this::copyCold);
    Map<String, long[]> nanos = new LinkedHashMap<>();
    steps.keySet().forEach(name -> nanos.put(name, new long[REPETITIONS]));
    for (int i = -WARM; i < REPETITIONS; i++) {
      if ((i & 15) == 0) {
        readThrough();
      }
      for (Map.Entry<String, Work> step : steps.entrySet()) {
        vector = (vector + 37) % VECTORS;
        long begin = System.nanoTime();
        step.getValue().run();
        long taken = System.nanoTime() - begin;
        if (i >= 0) {
          nanos.get(step.getKey())[i] = taken;
        }
      }
    }
    print(nanos);
  }

  private void readThrough() throws IOException {
    for (vector = 0; vector < VECTORS; vector++) {
      read();
    }
    vector = 0;
  }

  private static void print(Map<String, long[]> nanos) {
    System.out.printf("%-30s %8s %8s%n", "ns per residue", "median", "tenth");
    for (Map.Entry<String, long[]> step : nanos.entrySet()) {
      long[] sorted = step.getValue();
      Arrays.sort(sorted);
      System.out.printf(
          Locale.ROOT,
          "%-30s %8.3f %8.3f%n",
          step.getKey(),
          sorted[sorted.length / 2] / (double) LENGTH,
          sorted[sorted.length / 10] / (double) LENGTH);
    }
  }
}
