/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;

/** Random ids and tensors, repeatable by seed. */
public final class Samples {
  private static final String FIRST = "ABCxyz019";
  private static final String REST = FIRST + "._-";

  private final RandomGenerator random;

  public Samples(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  public PassId pass() {
    return new PassId(device(), chain(), model(), number());
  }

  public PassRelease release() {
    return new PassRelease(device(), chain(), model(), number(), instance());
  }

  public String device() {
    StringBuilder device = new StringBuilder();
    device.append(FIRST.charAt(random.nextInt(FIRST.length())));
    for (int rest = random.nextInt(128); rest > 0; rest--) {
      device.append(REST.charAt(random.nextInt(REST.length())));
    }
    return device.toString();
  }

  public ChainId chain() {
    return new ChainId(random.nextLong(), random.nextLong());
  }

  public InstanceId instance() {
    return new InstanceId(random.nextLong(), random.nextLong());
  }

  public Fingerprint model() {
    byte[] bytes = new byte[Fingerprint.BYTES];
    random.nextBytes(bytes);
    return Fingerprint.of(bytes);
  }

  /** Not negative, of any magnitude. */
  public long number() {
    return random.nextLong() >>> (1 + random.nextInt(63));
  }

  /** Not negative, of any magnitude. */
  public int index() {
    return random.nextInt() >>> (1 + random.nextInt(31));
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public int[] residues(int count) {
    return residues(ResidueField.P31, count);
  }

  public int[] residues(ResidueField field, int count) {
    int[] residues = new int[count];
    for (int i = 0; i < count; i++) {
      residues[i] = random.nextInt(field.modulus());
    }
    return residues;
  }

  /** The bytes of residues, one at a time. */
  public static byte[] littleEndian(ResidueField field, int[] residues) {
    byte[] bytes = new byte[residues.length * field.wireBytes()];
    for (int i = 0; i < bytes.length; i++) {
      int residue = residues[i / field.wireBytes()];
      bytes[i] = (byte) (residue >> (Byte.SIZE * (i % field.wireBytes())));
    }
    return bytes;
  }

  /** A tensor of round 0 in the field of 31 bits. */
  public static MaskedTensorSpec tensor(int id, int elements) {
    return new MaskedTensorSpec(id, 0, elements, ResidueField.P31);
  }
}
