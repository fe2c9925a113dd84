/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.session.SessionFixture.await;
import static org.lepcnn.device.session.SessionFixture.failure;
import static org.lepcnn.device.session.SessionFixture.until;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.quant.NonFiniteActivationException;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.mask.MaskGenerator;

class DeviceFailuresTest {
  @Test
  void nanInTheInput_sendsNothing_andThePassStaysUnusedButBurned() {
    try (SessionFixture fixture = new SessionFixture()) {
      float[] x = new float[90];
      x[89] = Float.NaN;
      assertThat(fixture.failure(SessionModel.inputs(x, 1, 1)))
          .isInstanceOf(NonFiniteActivationException.class);
      assertThat(fixture.edge.seen).isEmpty();
      assertThat(fixture.run(1).pass()).isEqualTo(1);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "burned").containsEntry(1L, "finished");
    }
  }

  @Test
  void infinityMidway_isToldAtOnce_whileThePassGoesOnWithMaskedZeros() {
    CountDownLatch lastRound = new CountDownLatch(1);
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.round() == 1) {
              PrivateSessionTest.awaitLatch(lastRound);
            }
            return result;
          };
      CompletableFuture<PassResult> future = fixture.session.submit(infinityAfterRound0());
      assertThat(failure(future)).isInstanceOf(NonFiniteActivationException.class);
      until(() -> fixture.edge.seen.size() == 2);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "in flight");
      assertThat(fixture.edge.seen.get(1).round()).isEqualTo(1);
      assertThat(fixture.edge.seen.get(1).residues()).isEqualTo(mask(fixture, 0, 1, 120));
      lastRound.countDown();
      until(() -> "finished".equals(fixture.supply.outcomes.get(0L)));
      fixture.edge.forge = (request, result) -> result;
      PassResult later = fixture.run(4);
      PrivateSessionTest.assertSame(later.outputs(), fixture.plain(SessionModel.inputs(4)));
      assertThat(fixture.session.integrityFailures()).isZero();
    }
  }

  @Test
  void forgedResultOfARoundOfZeros_isCountedAllTheSame() {
    try (SessionFixture fixture = new SessionFixture()) {
      fixture.edge.forge =
          (request, result) -> {
            if (request.round() == 1) {
              int[] residues = result.layers().get(0).residues();
              residues[0] = Field.add(residues[0], 1);
            }
            return result;
          };
      assertThat(fixture.failure(infinityAfterRound0()))
          .isInstanceOf(NonFiniteActivationException.class);
      until(() -> "burned".equals(fixture.supply.outcomes.get(0L)));
      assertThat(fixture.session.integrityFailures()).isEqualTo(1);
    }
  }

  @Test
  void unreadableTable_isToldAtOnce_whileThePassGoesOnWithMaskedZeros() {
    List<String> log = new ArrayList<>();
    try (SessionFixture fixture = new SessionFixture()) {
      LimitedTables tables = new LimitedTables(fixture.bundle, 100);
      RecordingSupply supply = new RecordingSupply(fixture.bundle, log);
      tables.unreadableLayer = 1;
      try (PrivateSession session = PrivateSession.builder(supply, tables, fixture.edge).open()) {
        assertThat(failure(session.submit(SessionModel.inputs(1))))
            .isInstanceOf(CorruptFileException.class);
        until(() -> "finished".equals(supply.outcomes.get(0L)));
        assertThat(fixture.edge.roundsOf(0)).containsExactly(0, 1);
        tables.unreadableLayer = -1;
        await(session.submit(SessionModel.inputs(1)));
        until(() -> tables.discardedBefore == 2);
      }
    }
  }

  @Test
  void infiniteOutputOfTheLastStage_isAnAnswerLikeAnyOther() {
    try (SessionFixture fixture = new SessionFixture()) {
      // y / 0 is infinite, of which the softmax makes NaN; it is not quantized any more
      PassResult result = fixture.run(SessionModel.inputs(new float[90], 1, 0));
      assertThat(result.outputs().get("z").floats()).contains(Float.NaN);
      assertThat(fixture.supply.outcomes).containsEntry(0L, "finished");
    }
  }

  private static Map<String, HostTensor> infinityAfterRound0() {
    float[] x = new float[90];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 7;
    }
    return SessionModel.inputs(x, 0, 1);
  }

  private static int[] mask(SessionFixture fixture, long pass, int tensor, int elements) {
    int[] mask = new int[elements];
    try (PassKey key = fixture.supply.keys.get(pass).copy();
        MaskGenerator generator = new MaskGenerator(key)) {
      generator.fill(tensor, mask, elements);
    }
    return mask;
  }
}
