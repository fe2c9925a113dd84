/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * The body of an answer, up to a number of bytes; more ends the transfer. A body that says its
 * length begins when there is memory for it; any other takes memory as it comes, and ends when
 * there is none.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
  private static final int OTHER_BYTES = 4_096;

  private final HttpResponse.BodySubscriber<byte[]> all =
      HttpResponse.BodySubscribers.ofByteArray();
  private final CompletableFuture<byte[]> result = new CompletableFuture<>();
  private Flow.Subscription subscription;
  private final FetchBudget.Allowance memory;
  private long left;

  /** Bytes that the budget has been asked for and that have not come. */
  private long paid;

  /** Waits in the client's own thread, which works for this answer alone. */
  BoundedBody(
      HttpResponse.ResponseInfo info, long maxBytes, FetchBudget.Allowance memory, Duration limit) {
    this.memory = memory;
    // what is not the file does not count
    left = info.statusCode() == 200 ? maxBytes : OTHER_BYTES;
    long length = info.headers().firstValueAsLong("Content-Length").orElse(0);
    if (length <= left && await(length, limit)) {
      paid = length;
    }
    var unused =
        all.getBody()
            .whenComplete(
                (bytes, failure) -> {
                  if (failure == null) {
                    result.complete(bytes);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
  }

  /** There was more than allowed. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Other fetches hold the memory. */
  static final class NoMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Whether a failed transfer ended because there was more than allowed. */
  static boolean wasTooLarge(Throwable failure) {
    return isCausedBy(TooLargeException.class, failure);
  }

  /** Whether a failed transfer ended for want of memory. */
  static boolean foundNoMemory(Throwable failure) {
    return isCausedBy(NoMemoryException.class, failure);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    all.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    left -= bytes;
    if (left < 0) {
      end(new TooLargeException());
    } else if (!pay(bytes)) {
      end(new NoMemoryException());
    } else {
      all.onNext(buffers);
    }
  }

  @Override
  public void onError(Throwable failure) {
    all.onError(failure);
  }

  @Override
  public void onComplete() {
    all.onComplete();
  }

  private void end(RuntimeException why) {
    subscription.cancel();
    result.completeExceptionally(why);
  }

  private boolean pay(long bytes) {
    long owed = Math.max(0, bytes - paid);
    paid -= bytes - owed;
    return owed == 0 || memory.tryTake(owed);
  }

  private boolean await(long bytes, Duration time) {
    try {
      return memory.await(bytes, time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean isCausedBy(Class<?> kind, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
