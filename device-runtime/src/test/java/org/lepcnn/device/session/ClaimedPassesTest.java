/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.session.SessionFixture.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.PassWindow;

/** Which passes are handed out, and when; everything runs on the thread of the test. */
class ClaimedPassesTest {
  private static final int RESERVATION = 3 * PassWindow.PASSES;

  private final ModelBundle bundle = SessionModel.bundle(11);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final FakeEdge edge = new FakeEdge(bundle.edge(), log);
  private final RecordingSupply supply = new RecordingSupply(bundle, log);
  private final ClaimedPasses passes =
      new ClaimedPasses(
          supply,
          new ComputedTables(bundle.edge(), new ScalarKernels(), 1),
          edge,
          new EdgeGate(supply, 1),
          RESERVATION,
          Runnable::run);

  @AfterEach
  void close() {
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

  private long take() {
    return await(passes.next()).number();
  }
}
