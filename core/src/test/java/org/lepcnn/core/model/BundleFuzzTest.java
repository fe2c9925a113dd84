/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.CheckedFile;

/**
 * Damaged halves and manifests are read or refused with a typed error, nothing else. Most mutants
 * have a right checksum, since a wrong one hides the reader behind it.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.bundle=N} and {@code
 * -Dfuzz.seed=S}.
 */
class BundleFuzzTest {
  private static final int HEADER_BYTES = 16;
  private static final int FOOTER_BYTES = 32;
  private static final int[] EXTREMES = {
    0, 1, -1, 2, 255, 1 << 16, 1 << 24, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30
  };

  private record Reader(String name, byte[] file, java.util.function.Consumer<byte[]> read) {}

  @Test
  void damagedFiles_areReadOrRefused() {
    int count = Integer.getInteger("fuzz.bundle", 20_000);
    Map<String, Integer> outcomes = run(count, Long.getLong("fuzz.seed", 7));

    System.out.println("Damaged bundle files: " + outcomes);
    assertThat(outcomes.keySet()).containsOnly("read", "refused");
  }

  /** Arguments: number of mutants, seed. Prints what was found. */
  public static void main(String[] args) {
    System.out.println(run(Integer.parseInt(args[0]), Long.parseLong(args[1])));
  }

  private static Map<String, Integer> run(int count, long seed) {
    ModelBundle bundle = TestBundles.twoRounds(1);
    List<Reader> readers =
        List.of(
            new Reader("edge", bundle.edge().toFile(), file -> EdgeHalf.parse("edge", file)),
            new Reader("device", bundle.device().toFile(), f -> DeviceHalf.parse("device", f)),
            new Reader(
                "manifest",
                bundle.manifest().toFile(),
                file -> ModelBundle.Manifest.parse("manifest", file)));
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      Reader reader = readers.get(i % readers.size());
      String outcome = attempt(reader, mutant(reader.file(), random));
      outcomes.merge(outcome, 1, Integer::sum);
    }
    return outcomes;
  }

  private static String attempt(Reader reader, byte[] mutant) {
    try {
      reader.read().accept(mutant);
      return "read";
    } catch (BadInputException e) {
      return e.getMessage() == null || e.getMessage().isBlank() ? "refused silently" : "refused";
    } catch (RuntimeException | Error e) {
      return reader.name() + ": " + e;
    }
  }

  private static byte[] mutant(byte[] file, SplittableRandom random) {
    boolean framed = random.nextInt(10) > 0;
    byte[] bytes =
        framed ? Arrays.copyOfRange(file, HEADER_BYTES, file.length - FOOTER_BYTES) : file.clone();
    int changes = 1 + random.nextInt(3);
    for (int k = 0; k < changes; k++) {
      bytes = changed(bytes, random);
    }
    if (!framed) {
      return bytes;
    }
    java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(file);
    return CheckedFile.frame(header.getInt(0), header.getInt(4), bytes);
  }

  private static byte[] changed(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(5)) {
      case 0 -> bytes[at] = (byte) random.nextInt(256);
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> {
        return Arrays.copyOf(bytes, Math.max(1, at));
      }
      case 3 -> {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(16));
        int from = random.nextInt(bytes.length - length + 1);
        System.arraycopy(bytes, from, bytes, at, length);
      }
      default -> {
        // counts and lengths are 32-bit numbers on any byte boundary
        int value = EXTREMES[random.nextInt(EXTREMES.length)];
        if (bytes.length >= at + Integer.BYTES) {
          java.nio.ByteBuffer.wrap(bytes).putInt(at, value);
        }
      }
    }
    return bytes;
  }
}
