/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the passes that requests ask for, and builds their answers. */
public final class RequestPasses {
  private final RecentAnswers recent;
  private final Executor executor;

  /**
   * @param recent answers for repetitions
   * @param executor builds the answers
   */
  public RequestPasses(RecentAnswers recent, Executor executor) {
    this.recent = recent;
    this.executor = executor;
  }

  /**
   * The answer to a request: that of its repetition before, or a pass's. No thread waits.
   *
   * @param key of {@link RecentAnswers#key}; null for a request that nothing repeats
   * @return an answer also when the pass fails
   * @throws org.lepcnn.gateway.BusyException too many passes wait; none was begun
   */
  public CompletableFuture<DoorAnswer> answer(
      ServedModel model, InferRequest request, @Nullable ByteBuffer key) {
    Supplier<CompletableFuture<DoorAnswer>> pass = () -> pass(model, request);
    return key == null ? pass.get() : recent.answer(key, pass);
  }

  private CompletableFuture<DoorAnswer> pass(ServedModel model, InferRequest request) {
    return model
        .infer(request.inputs())
        .handleAsync(
            (result, failure) ->
                failure == null ? InferAnswer.of(model, request, result) : Statuses.answer(failure),
            executor);
  }
}
