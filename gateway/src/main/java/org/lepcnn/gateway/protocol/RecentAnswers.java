/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The answers of the last minutes to requests with an id. Clients send a request again when they
 * heard nothing; the repetition gets the same pass and the same answer, and takes no table.
 *
 * <p>A repetition is a request of the same client, for the same model, with the same body, which
 * has the id in it. An answer that says "later" is not kept, since a repetition may do better.
 *
 * <p>Bounded: passes under way by the sessions' queues, answers by their bytes and their age.
 * Thread-safe.
 */
public final class RecentAnswers {
  /** What an entry takes beside its answer. */
  private static final long ENTRY_BYTES = 512;

  private final long ageNanos;
  private final long mostBytes;
  private final LongSupplier clock;
  private final Map<ByteBuffer, CompletableFuture<DoorAnswer>> underWay = new HashMap<>();

  /** In the order in which they were given; guarded by this, as all is. */
  private final Map<ByteBuffer, Kept> kept = new LinkedHashMap<>();

  private long bytes;

  private record Kept(DoorAnswer answer, long sinceNanos) {
    private long bytes() {
      return ENTRY_BYTES + answer.body().length;
    }
  }

  /**
   * @param age how long an answer is kept
   * @param mostBytes the most memory for answers
   * @param clock nanoseconds
   */
  public RecentAnswers(Duration age, long mostBytes, LongSupplier clock) {
    this.ageNanos = age.toNanos();
    this.mostBytes = mostBytes;
    this.clock = clock;
  }

  /** What a request and its repetitions have in common, and no other request. */
  public static ByteBuffer key(String client, ServedModel model, byte[] body, int jsonBytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {client, model.name(), model.version()}) {
        byte[] text = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, text.length));
        digest.update(text);
      }
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, jsonBytes));
      return ByteBuffer.wrap(digest.digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /**
   * The answer to a request: that of its repetition before, or a pass's.
   *
   * @param key of {@link #key}
   * @param pass begins a pass; what it throws is thrown
   */
  CompletableFuture<DoorAnswer> answer(
      ByteBuffer key, Supplier<CompletableFuture<DoorAnswer>> pass) {
    CompletableFuture<DoorAnswer> begun;
    synchronized (this) {
      forgetOld();
      Kept known = kept.get(key);
      if (known != null) {
        return CompletableFuture.completedFuture(known.answer());
      }
      CompletableFuture<DoorAnswer> running = underWay.get(key);
      if (running != null) {
        return running;
      }
      begun = pass.get();
      underWay.put(key, begun);
    }
    return begun.whenComplete((answer, failure) -> ended(key, answer));
  }

  private synchronized void ended(ByteBuffer key, DoorAnswer answer) {
    underWay.remove(key);
    if (answer != null && isFinal(answer)) {
      Kept entry = new Kept(answer, clock.getAsLong());
      if (ageNanos > 0 && entry.bytes() <= mostBytes) {
        kept.put(key, entry);
        bytes += entry.bytes();
        forgetOld();
      }
    }
  }

  private static boolean isFinal(DoorAnswer answer) {
    return answer.status() < Statuses.INTERNAL_ERROR
        && answer.status() != Statuses.TOO_MANY_REQUESTS;
  }

  /** Forgets what is too old, or too much; called now and then, and before each use. */
  public synchronized void forgetOld() {
    long now = clock.getAsLong();
    Iterator<Kept> oldest = kept.values().iterator();
    while (oldest.hasNext()) {
      Kept entry = oldest.next();
      if (bytes <= mostBytes && now - entry.sinceNanos() < ageNanos) {
        return;
      }
      bytes -= entry.bytes();
      oldest.remove();
    }
  }

  /** How many answers are kept. */
  public synchronized int size() {
    return kept.size();
  }
}
