/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.WhenLoaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that are published, fetched and loaded by a thread of its own, one after another.
 *
 * <p>A model loads when it is published, as long as there is room, and when a device asks for it;
 * then the one that was not used for the longest time makes room, if that is long enough. A model
 * that is withdrawn is released; whoever computes with it finishes first, because every batch holds
 * a share. One that cannot be fetched or loaded is tried again after a while when a device asks.
 */
public final class PublishedModels implements ModelPool {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedModels.class);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Function<Fingerprint, PublishedModel> published;
  private final ModelCache cache;
  private final String kernel;
  private final ModelLimits limits;
  private final WhenLoaded whenLoaded;
  private final Map<Fingerprint, Entry> entries = new ConcurrentHashMap<>();
  private final ExecutorService loader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "lepcnn-models");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param published what is known of a model now; null for nothing
   * @param cacheFolder where edge halves are kept
   * @param kernel the name of a kernel; empty for the best one of the machine
   * @param whenLoaded gets every model before it is used
   */
  public PublishedModels(
      Function<Fingerprint, PublishedModel> published,
      Path cacheFolder,
      String kernel,
      ModelLimits limits,
      WhenLoaded whenLoaded) {
    this.published = published;
    this.cache = new ModelCache(cacheFolder, new ModelFetch(limits.modelBytes()));
    this.kernel = kernel;
    this.limits = limits;
    this.whenLoaded = whenLoaded;
  }

  /** A model that is loaded, is to be loaded, or could not be. */
  private static final class Entry {
    private ModelLease lease;
    private LoadedModel model;
    private String failure;
    private long retryNanos;
    private long bytes;
    private volatile long usedNanos = System.nanoTime();

    synchronized LoadedModel model() {
      usedNanos = System.nanoTime();
      return model;
    }

    synchronized ModelLease share() {
      return lease == null ? null : lease.share();
    }

    synchronized boolean isLoaded() {
      return lease != null;
    }

    /** Bytes of the edge half while it is loaded. */
    synchronized long loadedBytes() {
      return lease == null ? 0 : bytes;
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

    /** What went wrong; null when nothing did. */
    synchronized String failure() {
      return failure;
    }

    synchronized boolean beginRetry() {
      if (failure == null || System.nanoTime() - retryNanos < 0) {
        return false;
      }
      failure = null;
      return true;
    }

    synchronized void release() {
      if (lease != null) {
        lease.close();
      }
      lease = null;
      model = null;
    }
  }

  @Override
  public ModelState find(Fingerprint id) {
    PublishedModel wanted = published.apply(id);
    if (wanted == null) {
      return ModelState.missing(EdgeErrorCode.UNKNOWN_MODEL, "model " + id + " is not published");
    }
    if (!wanted.available()) {
      return ModelState.missing(EdgeErrorCode.UNKNOWN_MODEL, "model " + id + " was withdrawn");
    }
    Entry entry = entries.get(id);
    if (entry == null) {
      begin(wanted, true);
      return ModelState.missing(EdgeErrorCode.NOT_READY, "the model is loading");
    }
    LoadedModel model = entry.model();
    if (model != null) {
      return ModelState.of(model);
    }
    if (entry.beginRetry()) {
      submit(() -> load(wanted, entry, true));
    }
    String failure = entry.failure();
    return ModelState.missing(
        EdgeErrorCode.NOT_READY,
        failure == null ? "the model is loading" : "the model cannot be loaded: " + failure);
  }

  @Override
  public ModelLease lease(Fingerprint id) {
    Entry entry = entries.get(id);
    return entry == null ? null : entry.share();
  }

  @Override
  public void failWith(MailboxExecutor mailbox) {
    // no single model is worth the job
  }

  /** A model was published or withdrawn. */
  public void changed(PublishedModel model) {
    if (model.available()) {
      if (!entries.containsKey(model.id())) {
        begin(model, false);
      }
    } else {
      submit(() -> release(model));
    }
  }

  /** How many models are loaded. */
  public long loadedCount() {
    return entries.values().stream().filter(Entry::isLoaded).count();
  }

  /** Bytes of the edge halves of the loaded models. */
  public long loadedBytes() {
    return entries.values().stream().mapToLong(Entry::loadedBytes).sum();
  }

  /** Waits until what was asked for so far is loaded or has failed, or the time is over. */
  @Override
  public String awaitLoaded(Duration timeout) throws InterruptedException {
    try {
      loader.submit(() -> {}).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("Models are still being loaded");
    }
    return "admission=enrolled models=" + loadedCount();
  }

  @Override
  public void close() {
    loader.shutdownNow();
    try {
      if (!loader.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("A model is still being loaded while the edge stops");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    entries.values().forEach(Entry::release);
    entries.clear();
  }

  private void begin(PublishedModel model, boolean wanted) {
    Entry entry = new Entry();
    if (entries.putIfAbsent(model.id(), entry) == null) {
      submit(() -> load(model, entry, wanted));
    }
  }

  private void submit(Runnable task) {
    try {
      loader.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The models are closed", e);
    }
  }

  /** Runs in the loader's thread, as all that follows. */
  private void load(PublishedModel model, Entry entry, boolean wanted) {
    try {
      Path folder = cache.get(model);
      long bytes = ModelCache.bytes(folder);
      if (!makeRoom(bytes, wanted)) {
        entry.failed("this edge holds as many models as it may");
        return;
      }
      loadFrom(folder, model, entry, bytes);
    } catch (RuntimeException e) {
      LOG.warn("Loading model {}: {}", model, e.getMessage());
      entry.failed(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loadFrom(Path folder, PublishedModel model, Entry entry, long bytes)
      throws InterruptedException {
    ModelSource source = new ModelSource(folder.toString(), kernel);
    ModelLease lease = ModelRegistry.acquire(source, whenLoaded);
    try {
      LoadedModel loaded = lease.future().get();
      if (!loaded.fingerprint().equals(model.id())) {
        throw new BadInputException("the cache holds another model, " + loaded.fingerprint());
      }
      PublishedModel now = published.apply(model.id());
      if (now == null || !now.available()) {
        lease.close();
        entries.remove(model.id(), entry);
        return;
      }
      entry.loaded(lease, loaded, bytes);
    } catch (ExecutionException | CompletionException | BadInputException e) {
      lease.close();
      cache.remove(model.id()); // what is damaged is fetched again
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new EnvironmentException(String.valueOf(cause.getMessage()), e);
    } catch (InterruptedException e) {
      lease.close();
      throw e;
    }
  }

  private boolean makeRoom(long bytes, boolean wanted) {
    if (bytes > limits.totalBytes()) {
      return false; // no room that others make would do
    }
    while (loadedCount() >= limits.models() || loadedBytes() + bytes > limits.totalBytes()) {
      Optional<Map.Entry<Fingerprint, Entry>> oldest =
          entries.entrySet().stream()
              .filter(candidate -> candidate.getValue().isLoaded())
              .min(Comparator.comparingLong(candidate -> candidate.getValue().usedNanos));
      if (!wanted || oldest.isEmpty() || usedLately(oldest.get().getValue())) {
        return false;
      }
      LOG.info("Releasing model {} to make room", oldest.get().getKey());
      entries.remove(oldest.get().getKey());
      oldest.get().getValue().release();
    }
    return true;
  }

  private static boolean usedLately(Entry entry) {
    return System.nanoTime() - entry.usedNanos < IDLE_NANOS;
  }

  private void release(PublishedModel model) {
    PublishedModel now = published.apply(model.id());
    if (now != null && now.available()) {
      return; // published again meanwhile
    }
    Entry entry = entries.remove(model.id());
    if (entry != null) {
      entry.release();
      LOG.info("Model {} was withdrawn and is released", model);
    }
    try {
      cache.remove(model.id());
    } catch (EnvironmentException e) {
      LOG.warn("{}", e.getMessage());
    }
  }
}
