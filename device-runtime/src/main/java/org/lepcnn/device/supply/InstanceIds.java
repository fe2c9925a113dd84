/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.lepcnn.core.port.InstanceId;

/**
 * Random instance numbers that differ in two copies of a running machine. What the process holds in
 * memory, buffered random bytes included, is the same in both; so each number is made of bytes that
 * the kernel gives at that moment, and of the clocks' nanoseconds, which differ even while a kernel
 * that was not told of the copy still gives both the same bytes.
 */
public final class InstanceIds {
  private static final Path KERNEL = Path.of("/dev/urandom");
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final AtomicLong DRAWN = new AtomicLong();

  private InstanceIds() {}

  /** A number that nobody had before. */
  public static InstanceId fresh() {
    return of(ofProcess(), ofKernel(KERNEL), ofClocks());
  }

  /** The number that follows from all of these bytes. */
  static InstanceId of(byte[]... parts) {
    MessageDigest digest = sha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    ByteBuffer number = ByteBuffer.wrap(digest.digest());
    return new InstanceId(number.getLong(), number.getLong());
  }

  static byte[] ofProcess() {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    return random;
  }

  /** Nothing buffered; no bytes where the platform has no such file. */
  static byte[] ofKernel(Path file) {
    try (InputStream kernel = new FileInputStream(file.toFile())) {
      return kernel.readNBytes(BYTES);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** The clocks, and how many were drawn, for clocks that stand still. */
  static byte[] ofClocks() {
    ByteBuffer now = ByteBuffer.allocate(3 * Long.BYTES);
    now.putLong(System.nanoTime()).putLong(System.currentTimeMillis());
    return now.putLong(DRAWN.incrementAndGet()).array();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
