/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
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
  private static final String KERNEL = "/dev/urandom";
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final AtomicLong DRAWN = new AtomicLong();

  private InstanceIds() {}

  /** A number that nobody had before. */
  public static InstanceId fresh() {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    MessageDigest digest = sha256();
    digest.update(random);
    digest.update(ofKernel());
    ByteBuffer now = ByteBuffer.allocate(3 * Long.BYTES);
    now.putLong(System.nanoTime()).putLong(System.currentTimeMillis());
    digest.update(now.putLong(DRAWN.incrementAndGet()).array());
    ByteBuffer number = ByteBuffer.wrap(digest.digest());
    return new InstanceId(number.getLong(), number.getLong());
  }

  /** Nothing buffered; no bytes where the platform has no such file. */
  private static byte[] ofKernel() {
    try (InputStream kernel = new FileInputStream(KERNEL)) {
      return kernel.readNBytes(BYTES);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
