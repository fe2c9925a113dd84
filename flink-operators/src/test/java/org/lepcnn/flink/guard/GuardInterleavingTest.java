/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Random interleavings of what can happen to a chain, see {@link GuardWorld}. A failure names its
 * seed.
 */
class GuardInterleavingTest {
  private static final int WORLDS = 4_000;
  private static final int STEPS = 250;

  private final ReplayGuard guard = new ReplayGuard(GuardLimits.DEFAULT);

  @Test
  void noIdIsEverAcceptedWithTwoPayloads() {
    long rounds = 0;
    for (long seed = 0; seed < WORLDS; seed++) {
      rounds += withoutReuse(seed, GuardWorld.Kind.HOSTILE).acceptedRounds();
    }
    assertThat(rounds).isGreaterThan(10L * WORLDS);
  }

  /** The edge accepts on reading its log again what it had refused; of copies one goes on. */
  @Test
  void claimsBeforeTheEnrolment_letNoCopyIn() {
    long rounds = 0;
    int kept = 0;
    for (long seed = 0; seed < WORLDS; seed++) {
      GuardWorld world = withoutReuse(seed, GuardWorld.Kind.COPIES);
      rounds += world.acceptedRounds();
      kept += world.keptAfterRefusal();
    }
    assertThat(rounds).isGreaterThan(10L * WORLDS);
    assertThat(kept).isGreaterThan(WORLDS / 10);
  }

  @Test
  void inAnOrderlyWorld_everyClaimIsAcceptedInTheEnd() {
    long closes = 0;
    int kept = 0;
    for (long seed = 0; seed < WORLDS; seed++) {
      GuardWorld world = withoutReuse(seed, GuardWorld.Kind.ORDERLY);
      world.settle();
      assertThat(world.reused()).as("seed %d", seed).isEmpty();
      assertThat(world.refusedClaims()).as("seed %d", seed).isEmpty();
      closes += world.cleanCloses();
      kept += world.keptAfterRefusal();
    }
    assertThat(closes).isGreaterThan(WORLDS);
    assertThat(kept).isGreaterThan(WORLDS / 10);
  }

  private GuardWorld withoutReuse(long seed, GuardWorld.Kind kind) {
    GuardWorld world = new GuardWorld(seed, GuardedLog.Judge.of(guard), kind);
    world.run(STEPS);
    assertThat(world.reused()).as("seed %d", seed).isEmpty();
    return world;
  }

  /** The model would notice: an edge that accepts everything is given reused masks. */
  @Test
  void anEdgeWithoutAGuard_acceptsReusedMasks() {
    int found = 0;
    for (long seed = 0; seed < 100; seed++) {
      GuardWorld world =
          new GuardWorld(
              seed, (device, request, digest) -> Verdict.ACCEPTED, GuardWorld.Kind.HOSTILE);
      world.run(STEPS);
      found += world.reused().isEmpty() ? 0 : 1;
    }
    assertThat(found).isGreaterThan(20);
  }
}
