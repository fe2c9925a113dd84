/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this process: each is loaded once, by a thread of its own, shared by all operators
 * and released with its last user. A static holder, so that no native type is ever a field of an
 * operator that travels in a job graph.
 */
public final class ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final Map<ModelSource, Shared> MODELS = new HashMap<>();

  private ModelRegistry() {}

  /**
   * A share in a model, which starts to load unless it is there.
   *
   * @param warmUp gets the model before anybody else does, on the loader's thread
   */
  public static ModelLease acquire(ModelSource source, Consumer<LoadedModel> warmUp) {
    synchronized (MODELS) {
      return new ModelLease(
          MODELS.computeIfAbsent(source, absent -> load(absent, warmUp)).retain());
    }
  }

  private static Shared load(ModelSource source, Consumer<LoadedModel> warmUp) {
    CompletableFuture<LoadedModel> future = new CompletableFuture<>();
    Thread loader =
        new Thread(
            () -> {
              try {
                LoadedModel model = LoadedModel.load(source);
                warmUp.accept(model);
                LOG.info("edge ready model={} kernel={}", model.fingerprint(), model.kernelName());
                future.complete(model);
              } catch (Throwable e) { // reported by every operator that waits for the model
                future.completeExceptionally(e);
              }
            },
            "lepcnn-model-loader");
    loader.setDaemon(true);
    loader.start();
    return new Shared(source, future);
  }

  /** A model with the number of its users, guarded by {@link #MODELS}. */
  static final class Shared {
    private final ModelSource source;
    private final CompletableFuture<LoadedModel> future;
    private int users;

    private Shared(ModelSource source, CompletableFuture<LoadedModel> future) {
      this.source = source;
      this.future = future;
    }

    CompletableFuture<LoadedModel> future() {
      return future;
    }

    Shared retain() {
      synchronized (MODELS) {
        users++;
        return this;
      }
    }

    void release() {
      synchronized (MODELS) {
        users--;
        if (users > 0) {
          return;
        }
        MODELS.remove(source, this);
      }
      future.thenAccept(LoadedModel::close).exceptionally(failed -> null);
    }
  }
}
