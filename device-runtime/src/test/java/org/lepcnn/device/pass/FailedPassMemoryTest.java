/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.testkit.SessionFixture.until;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.HeldNumbers;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/** However a pass ends: the buffers it worked in are given back, and hold zeros. */
class FailedPassMemoryTest {
  static Stream<Arguments> failures() {
    Map<String, HostTensor> good = SessionModel.inputs(1);
    float[] nan = new float[90];
    nan[3] = Float.NaN;
    return Stream.of(
        failure("refused by the edge", good, refused(0)),
        failure("refused by the edge in the last round", good, refused(1)),
        failure("forged", good, forged(0)),
        failure("forged in the last round", good, forged(1)),
        failure("NaN", SessionModel.inputs(nan, 1, 1), edge -> {}),
        failure("infinity midway", SessionModel.inputs(new float[90], 0, 1), edge -> {}),
        failure("infinity midway, then forged", SessionModel.inputs(nan, 0, 1), forged(1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void workspaceOfAPassThatFailed_isErased(
      String name, Map<String, HostTensor> inputs, Consumer<FakeEdge> fault) throws Exception {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesInFlight(1))) {
      fault.accept(fixture.edge);
      fixture.failure(inputs);
      until(() -> !"in flight".equals(fixture.supply.outcomes.get(0L)));
      assertErased(name, fixture.session);
    }
  }

  @Test
  void workspaceOfAPassThatSucceeded_isErased() throws Exception {
    try (SessionFixture fixture = new SessionFixture(b -> b.passesInFlight(1))) {
      fixture.run(1);
      assertErased("success", fixture.session);
    }
  }

  @Test
  void whatIsLookedThrough_holdsThePassWhileItRuns() throws Exception {
    try (SessionFixture fixture = new SessionFixture()) {
      PassWorkspace.Pool pool = pool(fixture.session);
      PassSupply.Pass pass = fixture.supply.reserve(1).take();
      PassWorkspace workspace = pool.take(pass.key());
      int[] masked = new int[5];
      FloatBuffer x = FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5});
      MaskedTensorSpec tensor = new MaskedTensorSpec(0, 0, 5, ResidueField.P24);
      workspace.tiles().mask(x, 1, workspace.masks(), tensor, masked);
      assertThat(HeldNumbers.of(workspace)).anyMatch(number -> number != 0);
      pool.give(workspace);
      assertThat(HeldNumbers.of(workspace))
          .hasSizeGreaterThan(2048)
          .allMatch(number -> number == 0);
    }
  }

  private static void assertErased(String name, PrivateSession session) throws Exception {
    List<PassWorkspace> free = new ArrayList<>();
    for (Object workspace : (Iterable<?>) HeldNumbers.field(pool(session), "free")) {
      free.add((PassWorkspace) workspace);
    }
    assertThat(free).as("workspaces given back: %s", name).hasSize(1);
    assertThat((List<?>) HeldNumbers.field(free.get(0), "buffers"))
        .as("rooms of factors: %s", name)
        .isNotEmpty();
    assertThat(HeldNumbers.of(free.get(0))).as(name).allMatch(number -> number == 0);
  }

  private static PassWorkspace.Pool pool(PrivateSession session) throws Exception {
    return ((PassContext) HeldNumbers.field(session, "context")).rounds().workspaces();
  }

  private static Consumer<FakeEdge> refused(int round) {
    return edge ->
        edge.forge =
            (request, result) -> {
              if (request.round() == round) {
                throw new EnvironmentException("No answer.");
              }
              return result;
            };
  }

  private static Consumer<FakeEdge> forged(int round) {
    return edge ->
        edge.forge =
            (request, result) -> {
              if (request.round() == round) {
                result.layers().get(0).residues()[0] ^= 1;
              }
              return result;
            };
  }

  private static Arguments failure(
      String name, Map<String, HostTensor> inputs, Consumer<FakeEdge> fault) {
    return Arguments.of(name, inputs, fault);
  }
}
