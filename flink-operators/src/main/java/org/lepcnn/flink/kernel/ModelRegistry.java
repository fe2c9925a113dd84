/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.lepcnn.core.shared.ProcessWide;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this process: each is loaded once, by a thread of its own, shared by all operators
 * and released with its last user, so that no native type is ever a field of an operator that
 * travels in a job graph.
 */
public final class ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

  private ModelRegistry() {}

  /**
   * A share in a model, which starts to load unless it is there.
   *
   * @param warmUp gets the model before anybody else does, on the loader's thread
   */
  public static ModelLease acquire(ModelSource source, Consumer<LoadedModel> warmUp) {
    return new ModelLease(
        ProcessWide.share(
            LoadedModel.class, source, () -> load(source, warmUp), ModelRegistry::release));
  }

  private static CompletableFuture<LoadedModel> load(
      ModelSource source, Consumer<LoadedModel> warmUp) {
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
    return future;
  }

  private static void release(CompletableFuture<LoadedModel> loading) {
    var unused = loading.thenAccept(LoadedModel::close).exceptionally(failed -> null);
  }
}
