/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/**
 * No value of a result that was not found right, in all its layers, is unmasked, and so none enters
 * a device stage: the way from a result to the stages leads through the unmasking, which is watched
 * here.
 */
class UncheckedResultsTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("org.lepcnn.device.session.ForgedResultsTest#forgeries")
  void nothingOfARoundWithAForgedLayer_isUnmasked(
      String name,
      IntegrityException.Kind kind,
      int round,
      BiFunction<RoundRequest, RoundResult, RoundResult> forgery) {
    List<Integer> unmasked = new CopyOnWriteArrayList<>();
    try (SessionFixture fixture =
        new SessionFixture(b -> b.unsafeResultObserver((pass, layer, y) -> unmasked.add(layer)))) {
      fixture.edge.forge = (q, r) -> q.round() == round ? forgery.apply(q, r) : r;
      assertThat(fixture.failure(SessionModel.inputs(1))).isInstanceOf(IntegrityException.class);
      assertThat(unmasked)
          .as("layers whose results were unmasked, %s", name)
          .isEqualTo(
              fixture.bundle.plan().layers().stream()
                  .filter(layer -> fixture.bundle.plan().tensor(layer.tensorId()).round() < round)
                  .map(LinearLayerSpec::index)
                  .toList());
    }
  }
}
