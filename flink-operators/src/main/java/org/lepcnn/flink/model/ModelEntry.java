/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;

/** A model that is loaded, is to be loaded, or could not be. Thread-safe. */
final class ModelEntry {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private @Nullable ModelLease lease;
  private @Nullable LoadedModel model;
  private @Nullable String failure;
  private @Nullable String refusal;
  private long retryNanos;
  private long bytes;
  private @Nullable Future<?> fetch;
  private volatile long usedNanos = System.nanoTime();

  long usedNanos() {
    return usedNanos;
  }

  /** The model, or null while it is not loaded. */
  synchronized @Nullable LoadedModel model() {
    usedNanos = System.nanoTime();
    return model;
  }

  /** A share in the model, or null while it is not loaded. */
  synchronized @Nullable ModelLease share() {
    return lease == null ? null : lease.share();
  }

  synchronized boolean isLoaded() {
    return lease != null;
  }

  /** Bytes of the edge half while it is loaded. */
  synchronized long loadedBytes() {
    return lease == null ? 0 : bytes;
  }

  synchronized long scalarLayers() {
    return model == null ? 0 : model.scalarLayers();
  }

  /** Notes where the model comes from now, so that a withdrawal ends that. */
  synchronized void fetching(Future<?> newFetch) {
    fetch = newFetch;
  }

  synchronized void loaded(ModelLease newLease, LoadedModel newModel, long newBytes) {
    lease = newLease;
    model = newModel;
    bytes = newBytes;
    failure = null;
  }

  synchronized void failed(String why) {
    failure = why;
    retryNanos = System.nanoTime() + RETRY_NANOS;
  }

  /** Not to be tried again. */
  synchronized void refused(String why) {
    refusal = why;
  }

  /** Why the model is not there. */
  synchronized ModelState missing() {
    if (refusal != null) {
      return ModelState.missing(EdgeErrorCode.MODEL_REFUSED, refusal);
    }
    return ModelState.missing(
        EdgeErrorCode.NOT_READY,
        failure == null ? "the model is loading" : "the model cannot be loaded: " + failure);
  }

  synchronized boolean beginRetry() {
    if (failure == null || refusal != null || System.nanoTime() - retryNanos < 0) {
      return false;
    }
    failure = null;
    return true;
  }

  /** Gives the model up, loaded or on its way. */
  synchronized void release() {
    if (fetch != null) {
      fetch.cancel(true);
    }
    if (lease != null) {
      lease.close();
    }
    lease = null;
    model = null;
  }
}
