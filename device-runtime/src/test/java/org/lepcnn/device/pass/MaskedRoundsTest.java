/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.testkit.SessionModel;

/** The steps of a round by themselves: who tells what, and what is given back. */
class MaskedRoundsTest {
  private final OwnParts own = new OwnParts();
  private final InProcessEdge edge = new InProcessEdge(own.bundle.edge(), new ScalarKernels());
  private final Stopwatch stopwatch = new Stopwatch();
  private final PassSupply.Pass pass = own.supply.reserve(1).take();
  private final MaskedRounds rounds = new MaskedRounds(own.rounds, pass, stopwatch);
  private final Activations values = own.model.activations(SessionModel.inputs(1));

  @AfterEach
  void close() {
    values.close();
    rounds.close();
    edge.close();
    own.close();
  }

  @Test
  void unreadableChallenges_areToldByTheCheck_unlessTheResultIsNotEvenTheAnswer() {
    own.tables.unreadableGroup = 0;
    RoundRequest request = rounds.mask(0, values);
    RoundResult result = edge.exchange(request).join();
    rounds.prepareCheck(request);
    RoundResult other = new RoundResult(result.pass(), 1, result.layers());
    assertThatThrownBy(() -> rounds.check(request, other)).isInstanceOf(IntegrityException.class);
    assertThatThrownBy(() -> rounds.check(request, result))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void anUnreadableTable_isToldByTheUnmasking() {
    own.tables.unreadableLayer = 1;
    RoundRequest request = rounds.mask(0, values);
    rounds.prepareCheck(request);
    rounds.readTable(0);
    var checked = rounds.check(request, edge.exchange(request).join());
    assertThatThrownBy(() -> rounds.unmask(checked, values))
        .isInstanceOf(CorruptFileException.class);
  }

  /** Every step by itself: another one's time would hide that it has none. */
  @Test
  void everyStep_isTimedByItself() {
    RoundRequest request = rounds.mask(0, values);
    assertThat(stopwatch.timings().checkNanos()).isZero();
    rounds.prepareCheck(request);
    PassTimings prepared = stopwatch.timings();
    assertThat(prepared.checkNanos()).isPositive().isLessThan(prepared.totalNanos());
    assertThat(prepared.tableNanos()).isZero();
    rounds.readTable(0);
    PassTimings read = stopwatch.timings();
    assertThat(read.tableNanos()).isPositive().isLessThan(read.totalNanos());
    rounds.unmask(rounds.check(request, edge.exchange(request).join()), values);
    PassTimings unmasked = stopwatch.timings();
    assertThat(unmasked.unmaskNanos()).isPositive().isLessThan(unmasked.totalNanos());
  }

  @Test
  void closing_closesTheTable_andGivesTheWorkspaceBackOnce() {
    rounds.readTable(0);
    assertThat(own.tables.readersClosed).hasValue(0);
    rounds.close();
    rounds.close();
    assertThat(own.tables.readersClosed).hasValue(1);
    PassSupply.Pass later = own.supply.reserve(1).take();
    PassWorkspace one = own.workspaces.take(later.key());
    assertThat(own.workspaces.take(later.key())).isNotSameAs(one);
    assertThat(one.takeBuffer(1).capacity())
        .as("a room of the round that was not unmasked")
        .isEqualTo(120);
  }

  @Test
  void arraysOfARecycledRequest_serveTheNextRound() {
    RoundRequest request = rounds.mask(0, values);
    int[] array = request.tensors().get(0).residues();
    rounds.recycle(request);
    assertThat(rounds.maskOfZeros(0).tensors())
        .hasSize(1)
        .allMatch(tensor -> tensor.residues() == array);
  }

  @Test
  void requests_areOfThePassAndTheInstance() {
    RoundRequest request = rounds.maskOfZeros(1);
    assertThat(request.pass()).isEqualTo(rounds.id());
    assertThat(request.pass().pass()).isEqualTo(pass.number());
    assertThat(request.pass().device()).isEqualTo(own.supply.device());
    assertThat(request.round()).isEqualTo(1);
    assertThat(request.instance()).isEqualTo(own.supply.instance());
    assertThat(request.tensors()).extracting(RoundRequest.Tensor::id).isEqualTo(List.of(1));
  }
}
