/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.concurrent.CompletableFuture;
import org.lepcnn.core.model.Plan;

/**
 * The way from a device to the edge and back. It carries masked data and nothing else.
 *
 * <p>Thread-safe. An implementation repeats identical bytes until an answer is there or its
 * patience ends; it retries {@linkplain EdgeErrorCode#retriable() retriable} refusals itself.
 * Futures complete exceptionally with {@link EdgeRefusedException} or, when no answer comes, {@link
 * org.lepcnn.core.error.EnvironmentException}.
 */
public interface EdgeTransport extends AutoCloseable {
  /**
   * Announces passes; completes when the edge has accepted. Nothing may be sent for them before.
   */
  CompletableFuture<Void> claim(PassClaim claim);

  /** Sends one round and waits for all its layers. */
  CompletableFuture<RoundResult> exchange(RoundRequest request);

  /**
   * Runs the transport's own code on rounds of this plan for a few seconds at most, so that the
   * first pass finds it compiled. Sends nothing.
   */
  void warmUp(Plan plan);

  /**
   * Gives claimed passes back that were not used; completes when the edge has accepted: then
   * another instance may claim them. The instance claims nothing afterwards.
   */
  CompletableFuture<Void> release(PassRelease release);

  @Override
  void close();
}
