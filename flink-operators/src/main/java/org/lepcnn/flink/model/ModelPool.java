/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.time.Duration;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.flink.kernel.ModelLease;

/** The models of a process. Never blocks; thread-safe. */
@PublicApi
public interface ModelPool extends AutoCloseable {
  /** The model, or why it cannot be used now; one that is available begins to load. */
  ModelState find(Fingerprint model);

  /** A share in a model that is loaded; null when it is not. */
  @Nullable ModelLease lease(Fingerprint model);

  /**
   * Waits until the models that are known now are loaded.
   *
   * @return what is served, for a line of the log
   * @throws org.lepcnn.core.error.LepcnnException when the pool's only model cannot be loaded
   */
  String awaitLoaded(Duration timeout) throws InterruptedException;

  /** Fails the task of that mailbox when the pool's only model cannot be loaded. */
  void failWith(MailboxExecutor mailbox);

  @Override
  void close();
}
