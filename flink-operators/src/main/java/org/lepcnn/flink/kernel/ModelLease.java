/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A share in a model of {@link ModelRegistry}; the model stays usable until it is closed. */
@PublicApi
public final class ModelLease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLease.class);

  private final Share<ModelRegistry.Loading> share;

  ModelLease(Share<ModelRegistry.Loading> share) {
    this.share = share;
  }

  /** Completes when the model is loaded, or exceptionally when it cannot be. */
  public CompletableFuture<LoadedModel> future() {
    return share.get().model.copy();
  }

  /** The model; null while it loads and when it cannot be loaded. */
  public @Nullable LoadedModel ifReady() {
    CompletableFuture<LoadedModel> future = share.get().model;
    return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
  }

  /** The model, which must be loaded. */
  public LoadedModel require() {
    LoadedModel model = ifReady();
    if (model == null) {
      throw new IllegalStateException("A round was admitted while the model was not loaded");
    }
    return model;
  }

  /** Fails the operator with that mailbox when the model cannot be loaded. */
  public void failWith(MailboxExecutor mailbox) {
    var unused =
        share
            .get()
            .model
            .exceptionally(
                cause -> {
                  report(mailbox, cause);
                  return null;
                });
  }

  private static void report(MailboxExecutor mailbox, Throwable cause) {
    try {
      mailbox.execute(
          () -> {
            throw new EnvironmentException("Loading the model: " + cause.getMessage(), cause);
          },
          "model could not be loaded");
    } catch (RejectedExecutionException e) {
      LOG.debug("The operator is closed", e);
    }
  }

  /** A further share, for work in another thread. */
  public ModelLease share() {
    return new ModelLease(share.again());
  }

  @Override
  public void close() {
    share.close();
  }
}
