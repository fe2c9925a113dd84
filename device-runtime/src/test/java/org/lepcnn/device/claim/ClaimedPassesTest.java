/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.await;
import static org.lepcnn.device.testkit.SessionFixture.failure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.PassWindow;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.LimitedTables;
import org.lepcnn.device.testkit.RecordingSupply;
import org.lepcnn.device.testkit.SessionModel;

/** Which passes are handed out, and when; everything runs on the thread of the test. */
class ClaimedPassesTest {
  private static final int RESERVATION = 3 * PassWindow.PASSES;

  private final ModelBundle bundle = SessionModel.bundle(11);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final FakeEdge edge = new FakeEdge(bundle.edge(), log);
  private final RecordingSupply supply = new RecordingSupply(bundle, log);
  private final SendGate gate = new SendGate(supply, 1);
  private final LimitedTables tables = new LimitedTables(bundle, Long.MAX_VALUE);
  private final ClaimedPasses passes = reserving(RESERVATION);

  @AfterEach
  void close() {
    tables.close();
    supply.close();
    edge.close();
  }

  /** The guard would close the first pass, and refuse what is still to come of it as stale. */
  @Test
  void aPassThatOthersOvertake_holdsThemUp_whereTheGuardWouldCloseIt() {
    for (long pass = 0; pass < PassWindow.PASSES; pass++) {
      assertThat(take()).isEqualTo(pass);
      if (pass > 0) {
        passes.ended(pass);
      }
    }
    CompletableFuture<PassSupply.Pass> further = passes.next();
    CompletableFuture<PassSupply.Pass> last = passes.next();
    assertThat(further).isNotDone();
    assertThat(passes.ended(0)).isEqualTo(PassWindow.PASSES);
    List<Long> numbers = new ArrayList<>();
    numbers.add(await(further).number());
    numbers.add(await(last).number());
    assertThat(numbers).containsExactlyInAnyOrder((long) PassWindow.PASSES, PassWindow.PASSES + 1L);
  }

  @Test
  void theEndOfALaterPass_letsNobodyOn() {
    for (int pass = 0; pass < PassWindow.PASSES; pass++) {
      take();
    }
    CompletableFuture<PassSupply.Pass> further = passes.next();
    passes.ended(5);
    assertThat(further).isNotDone();
    passes.ended(0);
    assertThat(await(further).number()).isEqualTo(PassWindow.PASSES);
    assertThat(passes.next()).as("1 is the first now, and 65 would be too far").isNotDone();
  }

  @Test
  void whatIsStillNeeded_beginsWithTheFirstPassInUse_orTheNextOne() {
    for (int pass = 0; pass < 3; pass++) {
      take();
    }
    assertThat(passes.ended(1)).isZero();
    assertThat(passes.ended(0)).isEqualTo(2);
    assertThat(passes.ended(2)).isEqualTo(3);
  }

  @Test
  void theLastPassOfTheTables_isReservedAlone() {
    tables.passes = 1;
    ClaimedPasses few = reserving(3);
    assertThat(await(few.next()).number()).isZero();
    few.ended(0);
    assertThatThrownBy(few::next)
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("hold nothing from pass 1 on");
    assertThat(log).containsExactly("claim 0-0");
  }

  /** The release names what the claim left; a pass in use could still send something. */
  @Test
  void whileAPassIsInUse_theRestIsLost_andNobodyIsAsked() {
    ClaimedPasses three = reserving(3);
    await(three.next());
    three.close(Duration.ofDays(1));
    assertThat(edge.releases).isEmpty();
    assertThat(supply.released).isFalse();
    assertThat(supply.outcomes).isEqualTo(Map.of(0L, "in flight", 1L, "burned", 2L, "burned"));
  }

  @Test
  void aReservationThatWasNeverClaimed_isLeftAsItIs() {
    ClaimedPasses one = reserving(1);
    await(one.next());
    CompletableFuture<PassSupply.Pass> waiting = one.next();
    assertThat(supply.nextPass()).as("reserved").isEqualTo(2);
    assertThat(waiting).isNotDone();
    one.close(Duration.ofDays(1));
    assertThat(log).containsExactly("claim 0-0");
    assertThat(supply.outcomes).containsOnlyKeys(0L);
    assertThat(supply.released).isFalse();
  }

  @Test
  void withoutPatience_theRestIsLost_andNobodyIsAsked() {
    ClaimedPasses three = reserving(3);
    useOne(three);
    three.close(Duration.ZERO);
    assertThat(edge.releases).isEmpty();
    assertThat(supply.outcomes).containsEntry(1L, "burned").containsEntry(2L, "burned");
  }

  @Test
  void aReleaseThatFailsOnItsWay_losesTheRest() {
    ClaimedPasses three = reserving(3);
    useOne(three);
    edge.onRelease =
        release -> CompletableFuture.failedFuture(new EnvironmentException("No answer."));
    three.close(Duration.ofDays(1));
    assertThat(supply.released).isFalse();
    assertThat(supply.claimRefused).isFalse();
    assertThat(supply.outcomes).containsEntry(1L, "burned").containsEntry(2L, "burned");
  }

  /**
   * What was refused once may be accepted when it is repeated: then the edge holds it, and gives it
   * back.
   */
  @Test
  void aClaimThatIsAcceptedAfterAll_isReleasedLikeAnyOther() {
    ClaimedPasses three = reserving(3);
    edge.onClaim =
        claim ->
            CompletableFuture.failedFuture(
                new EdgeRefusedException(EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE, "taken"));
    assertThat(failure(three.next())).isInstanceOf(EdgeRefusedException.class);
    edge.onClaim = claim -> CompletableFuture.completedFuture(null);
    useOne(three);
    three.close(Duration.ofDays(1));
    assertThat(supply.released).isTrue();
    assertThat(supply.outcomes).containsOnlyKeys(0L);
  }

  @Test
  void anInterruptedClose_losesTheRest_andTheThreadStaysInterrupted() {
    ClaimedPasses three = reserving(3);
    useOne(three);
    edge.onRelease = release -> new CompletableFuture<>();
    Thread.currentThread().interrupt();
    three.close(Duration.ofDays(1));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(supply.outcomes).containsEntry(1L, "burned").containsEntry(2L, "burned");
  }

  @Test
  void aClaimThatTheGateHoldsBack_keepsItsReservation() {
    gate.shut();
    assertThat(failure(passes.next())).isInstanceOf(EnvironmentException.class);
    assertThat(edge.claims).isEmpty();
    assertThat(supply.nextPass()).isEqualTo(RESERVATION);
    assertThat(failure(passes.next())).isInstanceOf(EnvironmentException.class);
    assertThat(supply.nextPass()).as("reserved once").isEqualTo(RESERVATION);
  }

  private void useOne(ClaimedPasses claimed) {
    claimed.ended(await(claimed.next()).number());
  }

  private ClaimedPasses reserving(int count) {
    return new ClaimedPasses(supply, tables, edge, gate, count, Runnable::run);
  }

  private long take() {
    return await(passes.next()).number();
  }
}
