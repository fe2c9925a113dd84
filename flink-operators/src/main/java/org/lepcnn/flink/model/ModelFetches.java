/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings models into the cache, {@value #THREADS} at a time: a source that stalls holds up no more
 * than one thread, until its time is over.
 */
final class ModelFetches implements AutoCloseable {
  static final int THREADS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(ModelFetches.class);

  private final ModelCache cache;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "lepcnn-model-fetch");
            thread.setDaemon(true);
            return thread;
          });

  ModelFetches(ModelCache cache) {
    this.cache = cache;
  }

  /** The model's folder in the cache, when it is there; cancelling ends a fetch in progress. */
  CompletableFuture<Path> get(PublishedModel model) {
    CompletableFuture<Path> folder = new CompletableFuture<>();
    try {
      Future<?> task = threads.submit(() -> fetch(model, folder));
      var unused =
          folder.whenComplete(
              (found, failure) -> {
                if (folder.isCancelled()) {
                  task.cancel(true);
                }
              });
    } catch (RejectedExecutionException e) {
      folder.cancel(false);
    }
    return folder;
  }

  /** Ends what is being fetched. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void fetch(PublishedModel model, CompletableFuture<Path> folder) {
    if (folder.isDone()) {
      return;
    }
    try {
      if (!folder.complete(cache.get(model))) {
        cache.remove(model.id()); // withdrawn in the last moment
      }
    } catch (RuntimeException e) {
      if (!folder.completeExceptionally(e)) {
        LOG.debug("Model {} is not wanted any more", model, e);
      }
    }
  }
}
