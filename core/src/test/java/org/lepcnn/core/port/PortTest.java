/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.linear.RandomLayers;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.TestBundles;

class PortTest {
  @Test
  void ids_roundTripThroughText() {
    ChainId chain = new ChainId(0x0123456789abcdefL, -1);
    assertThat(chain).hasToString("0123456789abcdefffffffffffffffff");
    assertThat(ChainId.parse(chain.toString())).isEqualTo(chain);
    assertThatThrownBy(() -> ChainId.parse("xyz")).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> ChainId.parse("0123456789abcdeffffffffffffffffg"))
        .isInstanceOf(BadInputException.class);
  }

  @Test
  void deviceIds_areRestricted() {
    assertThat(PassId.checkDevice("meter-17.a_B")).isEqualTo("meter-17.a_B");
    for (String bad : new String[] {"", ".hidden", "a b", "ü", "a/b", "x".repeat(129), null}) {
      assertThatThrownBy(() -> PassId.checkDevice(bad)).isInstanceOf(BadInputException.class);
    }
  }

  @Test
  void inProcessEdge_answersEveryLayerOfTheRound() {
    ModelBundle bundle = TestBundles.twoRounds(3);
    PassId pass = new PassId("d", new ChainId(1, 2), bundle.fingerprint(), 0);
    int[] x = new RandomLayers(4).residues(90);
    try (InProcessEdge edge = new InProcessEdge(bundle.edge(), new ScalarKernels())) {
      RoundResult result =
          edge.exchange(
                  new RoundRequest(
                      pass,
                      0,
                      new InstanceId(3, 4),
                      bundle.plan(),
                      List.of(new RoundRequest.Tensor(0, x))))
              .join();
      assertThat(result.layers()).extracting(RoundResult.Layer::index).containsExactly(0, 1);
      assertThat(result.layers().get(0).residues()).hasSize(120);
    }
  }
}
