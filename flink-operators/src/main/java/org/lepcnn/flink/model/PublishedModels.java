/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.text.Printable;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.ModelRefusedException;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that are published: fetched by a few threads, so that one slow source holds up no
 * other model, and loaded by a thread of its own, one after another.
 *
 * <p>A model loads when it is published, as long as there is room, and when a device asks for it;
 * then the one that was not used for the longest time makes room, if that is long enough. A model
 * that is withdrawn is released, or fetched no further; whoever computes with it finishes first,
 * because every batch holds a share. One that cannot be fetched or loaded is tried again after a
 * while when a device asks; one that would be too slow on this machine is refused for good.
 */
public final class PublishedModels implements ModelPool {
  private static final Logger LOG = LoggerFactory.getLogger(PublishedModels.class);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Function<Fingerprint, @Nullable PublishedModel> published;
  private final ModelCache cache;
  private final ModelFetches fetches;
  private final Function<Path, ModelSource> sources;
  private final ModelLimits limits;
  private final ModelWarmUp warmUp;
  private final Map<Fingerprint, ModelEntry> entries = new ConcurrentHashMap<>();

  /** What is being fetched or loaded. */
  private final Set<CompletableFuture<Void>> underWay = ConcurrentHashMap.newKeySet();

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
   * @param sources how the model in a folder of the cache is to be loaded
   * @param warmUp gets every model before it is used
   */
  public PublishedModels(
      Function<Fingerprint, @Nullable PublishedModel> published,
      Path cacheFolder,
      Function<Path, ModelSource> sources,
      ModelLimits limits,
      ModelWarmUp warmUp) {
    this.published = published;
    this.cache = new ModelCache(cacheFolder, new ModelFetch(limits.modelBytes()));
    this.fetches = new ModelFetches(cache);
    this.sources = sources;
    this.limits = limits;
    this.warmUp = warmUp;
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
    ModelEntry entry = entries.get(id);
    if (entry == null) {
      begin(wanted, true);
      return ModelState.missing(EdgeErrorCode.NOT_READY, "the model is loading");
    }
    LoadedModel model = entry.model();
    if (model != null) {
      return ModelState.of(model);
    }
    if (entry.beginRetry()) {
      start(wanted, entry, true);
    }
    return entry.missing();
  }

  @Override
  public @Nullable ModelLease lease(Fingerprint id) {
    ModelEntry entry = entries.get(id);
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
    return entries.values().stream().filter(ModelEntry::isLoaded).count();
  }

  /** How many layers of the loaded models run on the scalar kernel. */
  public long scalarLayers() {
    return entries.values().stream().mapToLong(ModelEntry::scalarLayers).sum();
  }

  /** Bytes of the edge halves of the loaded models. */
  public long loadedBytes() {
    return entries.values().stream().mapToLong(ModelEntry::loadedBytes).sum();
  }

  /** Waits until what was asked for so far is loaded or has failed, or the time is over. */
  @Override
  public String awaitLoaded(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
          .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      loader.submit(() -> {}).get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("Models are still being loaded");
    }
    return "admission=enrolled models=" + loadedCount();
  }

  @Override
  public void close() {
    fetches.close();
    loader.shutdownNow();
    try {
      if (!loader.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("A model is still being loaded while the edge stops");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    entries.values().forEach(ModelEntry::release);
    entries.clear();
  }

  private void begin(PublishedModel model, boolean wanted) {
    ModelEntry entry = new ModelEntry();
    if (entries.putIfAbsent(model.id(), entry) == null) {
      start(model, entry, wanted);
    }
  }

  /** Fetches a model and then loads it; what becomes of that is in the entry. */
  private void start(PublishedModel model, ModelEntry entry, boolean wanted) {
    CompletableFuture<Path> fetched = fetches.get(model);
    entry.fetching(fetched);
    CompletableFuture<Void> ended =
        fetched
            .thenAcceptAsync(folder -> load(folder, model, entry, wanted), loader)
            .exceptionally(failure -> failed(model, entry, failure));
    underWay.add(ended);
    var unused = ended.whenComplete((done, never) -> underWay.remove(ended));
  }

  private Void failed(PublishedModel model, ModelEntry entry, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapper ? FutureFailures.causeOf(wrapper) : failure;
    if (cause instanceof CancellationException || cause instanceof RejectedExecutionException) {
      LOG.debug("Model {} is not fetched any more", model);
    } else {
      String reason = Printable.reason(cause);
      LOG.warn("Loading model {}: {}", model, reason);
      if (cause instanceof ModelRefusedException) {
        entry.refused(reason);
      } else {
        entry.failed(reason);
      }
    }
    return null;
  }

  private void submit(Runnable task) {
    try {
      loader.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The models are closed", e);
    }
  }

  /** Runs in the loader's thread, as all that follows. */
  private void load(Path folder, PublishedModel model, ModelEntry entry, boolean wanted) {
    try {
      long bytes = ModelCache.bytes(folder);
      if (!makeRoom(bytes, wanted)) {
        entry.failed("this edge holds as many models as it may");
        return;
      }
      loadFrom(folder, model, entry, bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loadFrom(Path folder, PublishedModel model, ModelEntry entry, long bytes)
      throws InterruptedException {
    ModelLease lease = ModelRegistry.acquire(sources.apply(folder), warmUp);
    try {
      LoadedModel loaded = lease.future().get();
      if (!loaded.fingerprint().equals(model.id())) {
        throw BadInputException.about("The cached model")
            .expected(model.id())
            .found("another model, " + loaded.fingerprint());
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
      Throwable cause = FutureFailures.causeOf(e);
      if (cause instanceof ModelRefusedException refused) {
        throw refused;
      }
      cache.remove(model.id()); // what is damaged is fetched again
      throw new EnvironmentException(Printable.reason(cause), e);
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
      Optional<Map.Entry<Fingerprint, ModelEntry>> oldest =
          entries.entrySet().stream()
              .filter(candidate -> candidate.getValue().isLoaded())
              .min(Comparator.comparingLong(candidate -> candidate.getValue().usedNanos()));
      if (!wanted || oldest.isEmpty() || usedLately(oldest.get().getValue())) {
        return false;
      }
      LOG.info("Releasing model {} to make room", oldest.get().getKey());
      entries.remove(oldest.get().getKey());
      oldest.get().getValue().release();
    }
    return true;
  }

  private static boolean usedLately(ModelEntry entry) {
    return System.nanoTime() - entry.usedNanos() < IDLE_NANOS;
  }

  private void release(PublishedModel model) {
    PublishedModel now = published.apply(model.id());
    if (now != null && now.available()) {
      return; // published again meanwhile
    }
    ModelEntry entry = entries.remove(model.id());
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
