/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;

class RoundTimerTest {
  private final CompletableFuture<RoundResult> answer = new CompletableFuture<>();
  private final RoundTimer timer = new RoundTimer(new OneAnswer(answer), 3);

  @Test
  void time_isThereWhenTheResultIs() {
    RoundResult result = new RoundResult(null, 1, List.of());
    CompletableFuture<Double> noted =
        timer
            .exchange(new RoundRequest(null, 1, null, null, List.of()))
            .thenApply(done -> timer.lastPassMillis()[1]);
    assertThat(timer.lastPassMillis()).containsOnly(0);

    answer.complete(result);

    assertThat(noted.join()).isPositive();
    assertThat(timer.lastPassMillis()[0]).isZero();
    assertThat(timer.lastPassMillis()[2]).isZero();
  }

  @Test
  void results_andFailuresAreHandedOn() {
    CompletableFuture<RoundResult> future =
        timer.exchange(new RoundRequest(null, 0, null, null, List.of()));
    answer.completeExceptionally(new IllegalStateException("no answer"));
    assertThat(future).isCompletedExceptionally();
  }

  /** An edge that answers everything with one result. */
  private record OneAnswer(CompletableFuture<RoundResult> answer) implements EdgeTransport {
    @Override
    public CompletableFuture<Void> claim(PassClaim claim) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<RoundResult> exchange(RoundRequest request) {
      return answer;
    }

    @Override
    public CompletableFuture<Void> release(PassRelease release) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void warmUp(Plan plan) {}

    @Override
    public void close() {}
  }
}
