/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;

/** A pool of one model, which is loaded for as long as the pool is open. */
public final class FixedModel implements ModelPool {
  private final ModelLease lease;

  /**
   * @param lease the model; closed with this pool
   */
  public FixedModel(ModelLease lease) {
    this.lease = lease;
  }

  @Override
  public ModelState find(Fingerprint wanted) {
    LoadedModel model = lease.ifReady();
    if (model == null) {
      return ModelState.missing(EdgeErrorCode.NOT_READY, "the model is loading");
    }
    if (!model.fingerprint().equals(wanted)) {
      return ModelState.missing(
          EdgeErrorCode.UNKNOWN_MODEL,
          "this edge serves " + model.fingerprint() + "; found " + wanted);
    }
    return ModelState.of(model);
  }

  @Override
  public @Nullable ModelLease lease(Fingerprint wanted) {
    LoadedModel model = lease.ifReady();
    return model == null || !model.fingerprint().equals(wanted) ? null : lease.share();
  }

  @Override
  public String awaitLoaded(Duration timeout) throws InterruptedException {
    try {
      LoadedModel model = lease.future().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return "model=" + model.fingerprint() + " kernel=" + model.kernelName();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw EnvironmentException.about("Loading the model").found(FutureFailures.causeOf(e));
    } catch (TimeoutException e) {
      throw EnvironmentException.about("Loading the model")
          .expected("it within " + timeout.toSeconds() + " s")
          .because(e)
          .found("that it is still loading");
    }
  }

  @Override
  public void failWith(MailboxExecutor mailbox) {
    lease.failWith(mailbox);
  }

  @Override
  public void close() {
    lease.close();
  }
}
