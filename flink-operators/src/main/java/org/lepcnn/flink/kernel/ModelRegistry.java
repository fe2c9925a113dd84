/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.lepcnn.core.shared.ProcessWide;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this process: each is loaded once, by a thread of its own, shared by all operators
 * and released with its last user, so that no native type is ever a field of an operator that
 * travels in a job graph. The loader is a user, too: a model that is given up and wanted again
 * while it loads is not loaded a second time beside the first.
 */
public final class ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

  private ModelRegistry() {}

  /** A model on its way, or what became of it. */
  static final class Loading {
    final CompletableFuture<LoadedModel> model = new CompletableFuture<>();
    private final AtomicBoolean begun = new AtomicBoolean();

    private void close() {
      var unused = model.thenAccept(LoadedModel::close).exceptionally(failed -> null);
    }
  }

  /**
   * A share in a model, which starts to load unless it is there.
   *
   * @param warmUp gets the model before anybody else does, on the loader's thread
   */
  public static ModelLease acquire(ModelSource source, Consumer<LoadedModel> warmUp) {
    Share<Loading> share =
        ProcessWide.share(LoadedModel.class, source, Loading::new, Loading::close);
    if (share.get().begun.compareAndSet(false, true)) {
      Share<Loading> own = share.again();
      Thread loader = new Thread(() -> load(own, source, warmUp), "lepcnn-model-loader");
      loader.setDaemon(true);
      loader.start();
    }
    return new ModelLease(share);
  }

  /** Tells of a failure after its own share is closed: who then tries again finds none. */
  private static void load(Share<Loading> own, ModelSource source, Consumer<LoadedModel> warmUp) {
    CompletableFuture<LoadedModel> loading = own.get().model;
    try (own) {
      LoadedModel model = LoadedModel.load(source, warmUp);
      LOG.info("edge ready model={} kernel={}", model.fingerprint(), model.kernelName());
      loading.complete(model);
    } catch (Throwable e) { // reported by every operator that waits for the model
      loading.completeExceptionally(e);
    }
  }
}
