/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.supply;

import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;

/**
 * A chain with a random first key that lives in memory and ends with it, for {@code lepcnn check}
 * and tests. Nothing is durable and nothing needs to be: a new object is a new chain.
 */
public final class MemoryChain implements PassSupply {
  private final String device;
  private final Fingerprint model;
  private final CipherSuite suite;
  private final DeviceHalf half;
  private final ChainId chain = randomChain();
  private InstanceId instance = InstanceIds.fresh();
  private final ChallengeKey challengeKey;
  private PassKey nextKey;
  private long nextPass;
  private long integrityFailures;

  /** A chain of the suite {@link CipherSuite#AES}. */
  public MemoryChain(String device, Fingerprint model, DeviceHalf half) {
    this(device, model, CipherSuite.AES, half);
  }

  /** A chain of any suite. */
  public MemoryChain(String device, Fingerprint model, CipherSuite suite, DeviceHalf half) {
    this.device = device;
    this.model = model;
    this.suite = suite;
    this.half = half;
    try (SecretKey first = SecretKey.random()) {
      nextKey = PassKey.of(first, suite);
    }
    challengeKey = nextKey.challengeKeyOfChain();
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public ChainId chain() {
    return chain;
  }

  @Override
  public CipherSuite suite() {
    return suite;
  }

  @Override
  public Fingerprint model() {
    return model;
  }

  @Override
  public DeviceHalf deviceHalf() {
    return half;
  }

  @Override
  public synchronized InstanceId instance() {
    return instance;
  }

  @Override
  public synchronized void renewInstance() {
    instance = InstanceIds.fresh();
  }

  @Override
  public synchronized long nextPass() {
    return nextPass;
  }

  @Override
  public synchronized Reservation reserve(int passes) {
    MemoryReservation reservation = new MemoryReservation(nextPass, passes, nextKey.copy());
    PassKey following = nextKey.advance(passes);
    nextKey.close();
    nextKey = following;
    nextPass += passes;
    return reservation;
  }

  @Override
  public GroupKey groupKey(long group) {
    return challengeKey.groupKey(group);
  }

  @Override
  public synchronized long integrityFailures() {
    return integrityFailures;
  }

  @Override
  public synchronized void recordIntegrityFailure() {
    integrityFailures++;
  }

  @Override
  public synchronized void close() {
    nextKey.close();
    challengeKey.close();
  }

  private static ChainId randomChain() {
    java.util.UUID random = java.util.UUID.randomUUID();
    return new ChainId(random.getMostSignificantBits(), random.getLeastSignificantBits());
  }

  private static final class MemoryReservation implements Reservation {
    private final long first;
    private final long last;
    private long next;
    private PassKey key;

    MemoryReservation(long first, int passes, PassKey key) {
      this.first = first;
      this.last = first + passes - 1;
      this.next = first;
      this.key = key;
    }

    @Override
    public long firstPass() {
      return first;
    }

    @Override
    public long lastPass() {
      return last;
    }

    @Override
    public synchronized int remaining() {
      return (int) (last - next + 1);
    }

    @Override
    public synchronized Pass take() {
      if (next > last) {
        throw new IllegalStateException("The reservation is used up");
      }
      MemoryPass pass = new MemoryPass(next++, key);
      key = key.next();
      return pass;
    }
  }

  private record MemoryPass(long number, PassKey key) implements Pass {
    @Override
    public void finish() {
      key.close();
    }

    @Override
    public void burn() {
      key.close();
    }
  }
}
