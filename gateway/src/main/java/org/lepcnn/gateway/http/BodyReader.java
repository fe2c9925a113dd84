/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * Reads the body of a request into memory, while it comes; no thread waits. Memory is taken for
 * what has arrived, not for what is announced, and all bodies together have a limit.
 */
final class BodyReader implements Runnable, AutoCloseable {
  private static final int FIRST_BYTES = 1 << 16;

  private final Request request;
  private final Limits limits;
  private final Memory memory;
  private final long begin = System.nanoTime();
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private byte[] bytes = new byte[0];
  private int size;

  /**
   * What a client may do.
   *
   * @param mostBytes of a body
   * @param graceMillis after which the rate is judged
   * @param bytesPerSecond the least that arrive on average from then on
   */
  record Limits(int mostBytes, long graceMillis, long bytesPerSecond) {
    Limits withMostBytes(int bytes) {
      return new Limits(bytes, graceMillis, bytesPerSecond);
    }
  }

  /** What all bodies may take together. */
  static final class Memory {
    private final AtomicLong left;

    Memory(long bytes) {
      this.left = new AtomicLong(bytes);
    }

    private boolean take(long bytes) {
      if (left.addAndGet(-bytes) >= 0) {
        return true;
      }
      left.addAndGet(bytes);
      return false;
    }

    /** Bytes that nobody holds. */
    long left() {
      return left.get();
    }
  }

  BodyReader(Request request, Limits limits, Memory memory) {
    this.request = request;
    this.limits = limits;
    this.memory = memory;
  }

  /**
   * Begins to read.
   *
   * @return the whole body; exceptionally, a {@link RefusedRequestException} for one that is too
   *     large, too slow or not complete
   */
  CompletableFuture<byte[]> read() {
    requireSize(request.getLength());
    run();
    return whole;
  }

  /** Takes what is there, and comes again when there is more. */
  @Override
  public void run() {
    try {
      while (!whole.isDone()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          throw broken(chunk.getFailure());
        }
        take(chunk);
      }
    } catch (RuntimeException e) {
      whole.completeExceptionally(e);
    }
  }

  private void take(Content.Chunk chunk) {
    try {
      ByteBuffer arrived = chunk.getByteBuffer();
      int count = arrived.remaining();
      requireSize((long) size + count);
      makeRoom(size + count);
      arrived.get(bytes, size, count);
      size += count;
      if (chunk.isLast()) {
        whole.complete(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
      } else {
        requireRate();
      }
    } finally {
      chunk.release();
    }
  }

  private void makeRoom(int needed) {
    if (needed <= bytes.length) {
      return;
    }
    long announced = request.getLength() < 0 ? limits.mostBytes() : request.getLength();
    long doubled = Math.max(FIRST_BYTES, 2L * bytes.length);
    int capacity = (int) Math.max(needed, Math.min(announced, doubled));
    if (!memory.take(capacity - bytes.length)) {
      throw RefusedRequestException.about(Statuses.UNAVAILABLE, "Reading a body")
          .expected("memory for it")
          .found("that other bodies hold it", "Send it again later.");
    }
    bytes = Arrays.copyOf(bytes, capacity);
  }

  private void requireSize(long found) {
    if (found > limits.mostBytes()) {
      throw RefusedRequestException.about(Statuses.TOO_LARGE, "Body of a request")
          .expected("at most " + limits.mostBytes() + " bytes")
          .found("more", "Send binary tensors, or raise http.body.bytes.");
    }
  }

  private void requireRate() {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    if (millis > limits.graceMillis() && size < limits.bytesPerSecond() * millis / 1_000) {
      throw tooSlow();
    }
  }

  private RefusedRequestException tooSlow() {
    return RefusedRequestException.about(Statuses.TOO_SLOW, "Body of a request")
        .expected("at least " + limits.bytesPerSecond() + " bytes a second")
        .found("less");
  }

  private RefusedRequestException broken(Throwable failure) {
    if (failure instanceof TimeoutException) {
      return tooSlow();
    }
    int status =
        failure instanceof HttpException told && told.getCode() < Statuses.INTERNAL_ERROR
            ? told.getCode()
            : Statuses.BAD_REQUEST;
    return RefusedRequestException.about(status, "Body of a request")
        .expected("as much as its headers say")
        .found("an end before");
  }

  /** Gives the memory back: the body is not needed any more. */
  @Override
  public void close() {
    memory.left.addAndGet(bytes.length);
    bytes = new byte[0];
  }
}
