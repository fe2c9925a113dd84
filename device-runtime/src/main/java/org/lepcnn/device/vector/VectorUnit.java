/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.vector;

import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import org.jspecify.annotations.Nullable;

/**
 * Which of {@link VectorLoops} are worth calling in this JVM; decided once.
 *
 * <p>Needed are the module {@code jdk.incubator.vector}, vectors of 256 bits or more, and
 * little-endian order, in which residues lie in tables and keystreams. Narrower vectors are left to
 * the plain loops. On Arm a JDK before {@value #FIRST_ON_ARM} puts every vector of 256 bits and
 * more into an object of its own, which is slower than the plain loops: they run there too. {@code
 * -Dlepcnn.vectors=false} leaves everything to them.
 */
public final class VectorUnit {
  /** The system property that is {@code true} by default. */
  public static final String PROPERTY = "lepcnn.vectors";

  private static final String MODULE = "jdk.incubator.vector";
  private static final int MIN_BITS = 256;

  /** The first JDK seen to compile wide vectors on 64-bit Arm: 56 bytes a pass; 17 needs 174 MB. */
  private static final int FIRST_ON_ARM = 25;

  /** Products of 64 bits are one instruction from AVX-512 on only. */
  private static final int MIN_BITS_OF_PRODUCTS = 512;

  private static final int BITS = usableBits();

  private VectorUnit() {}

  /** Whether {@link VectorLoops} may be used at all. */
  public static boolean present() {
    return BITS >= MIN_BITS;
  }

  /** Whether {@link VectorLoops#dotIfCanonical} is faster than a plain loop. */
  public static boolean multipliesLongs() {
    return BITS >= MIN_BITS_OF_PRODUCTS;
  }

  /** For reports: what the device's loops run on. */
  public static String description() {
    return present() ? "vectors of " + BITS + " bits" : "plain loops (" + whyNot() + ")";
  }

  private static int usableBits() {
    return obstacle() == null ? Width.bits() : 0;
  }

  private static String whyNot() {
    String obstacle = obstacle();
    return obstacle == null
        ? "the processor's vectors have " + BITS + " bits; " + MIN_BITS + " are needed"
        : obstacle;
  }

  /** What keeps a JVM from compiling wide vectors; null when nothing does. */
  static @Nullable String obstacle(String processor, int jdk) {
    return processor.equals("aarch64") && jdk < FIRST_ON_ARM
        ? "on Arm a JDK before "
            + FIRST_ON_ARM
            + " does not compile wide vectors, this one is "
            + jdk
        : null;
  }

  /** What keeps this JVM from vectors of any width; null when nothing does. */
  private static @Nullable String obstacle() {
    if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
      return "switched off by -D" + PROPERTY;
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return "for vectors start java with --add-modules " + MODULE;
    }
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        ? obstacle(System.getProperty("os.arch"), Runtime.version().feature())
        : "the processor is not little-endian";
  }

  /** Loaded only when the module is there. */
  private static final class Width {
    static int bits() {
      return IntVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
