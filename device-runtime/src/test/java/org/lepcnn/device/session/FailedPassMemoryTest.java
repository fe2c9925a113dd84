/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.device.session.SessionFixture.until;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.ResidueRoom;
import org.lepcnn.device.vector.VectorUnit;

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
      workspace.tiles().mask(x, 1, workspace.masks(), 0, masked, 5);
      assertThat(numbers(workspace)).anyMatch(number -> number != 0);
      pool.give(workspace);
      assertThat(numbers(workspace)).hasSizeGreaterThan(2048).allMatch(number -> number == 0);
    }
  }

  /** Of every kind, also the one that this JVM would not choose. */
  @Test
  void tilesThatAreErased_holdNothingOfMasksOrValues() throws Exception {
    List<TileArithmetic> kinds = new ArrayList<>(List.of(new PlainTiles()));
    if (VectorUnit.present()) {
      kinds.add(new VectorTiles());
    }
    // whole tiles and an end that fills no vector
    int length = 4096 + 5;
    FloatBuffer x = FloatBuffer.allocate(length);
    IntStream.range(0, length).forEach(i -> x.put(i, i % 7 + 1));
    ConvGeometry plane = ConvGeometry.of(1, 1, ConvAxis.pointwise(1), ConvAxis.pointwise(length));
    ChannelScales scales = new ChannelScales(1, new float[] {1}, new float[] {3});
    int[] masked = new int[length];
    for (TileArithmetic tiles : kinds) {
      tiles.scale(x, length, 16);
      tiles.mask(x, 1, (out, count) -> Arrays.fill(out, (byte) 7), masked, length);
      tiles.unmask(plane, masked, new ResidueRoom(length), scales, FloatBuffer.allocate(length));
      assertThat(numbers(tiles)).as("%s at work", tiles).anyMatch(number -> number != 0);
      tiles.erase();
      assertThat(numbers(tiles)).as("%s", tiles).allMatch(number -> number == 0);
    }
  }

  private static void assertErased(String name, PrivateSession session) throws Exception {
    List<PassWorkspace> free = new ArrayList<>();
    for (Object workspace : (Iterable<?>) field(pool(session), "free")) {
      free.add((PassWorkspace) workspace);
    }
    assertThat(free).as("workspaces given back: %s", name).hasSize(1);
    assertThat((List<?>) field(free.get(0), "rooms")).as("rooms of factors: %s", name).isNotEmpty();
    assertThat(numbers(free.get(0))).as(name).allMatch(number -> number == 0);
  }

  private static PassWorkspace.Pool pool(PrivateSession session) throws Exception {
    return ((SessionParts) field(session, "parts")).workspaces();
  }

  private static Object field(Object object, String name) throws Exception {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  /** The elements of all arrays, buffers and keys that an object of ours leads to. */
  private static List<Long> numbers(Object root) throws Exception {
    List<Long> numbers = new ArrayList<>();
    collect(root, numbers, Collections.newSetFromMap(new IdentityHashMap<>()));
    return numbers;
  }

  private static void collect(Object object, List<Long> numbers, Set<Object> seen)
      throws Exception {
    if (object == null || !seen.add(object)) {
      return;
    }
    if (object instanceof int[] || object instanceof byte[]) {
      for (int i = 0; i < Array.getLength(object); i++) {
        numbers.add(Array.getLong(object, i));
      }
    } else if (object instanceof javax.crypto.SecretKey key) {
      collect(key.getEncoded(), numbers, seen);
    } else if (object instanceof float[] floats) {
      collect(FloatBuffer.wrap(floats), numbers, seen);
    } else if (object instanceof IntBuffer ints) {
      for (int i = 0; i < ints.capacity(); i++) {
        numbers.add((long) ints.get(i));
      }
    } else if (object instanceof FloatBuffer floats) {
      for (int i = 0; i < floats.capacity(); i++) {
        numbers.add((long) Float.floatToRawIntBits(floats.get(i)));
      }
    } else if (object instanceof Iterable<?> list) {
      for (Object element : list) {
        collect(element, numbers, seen);
      }
    } else if (object.getClass().getName().startsWith("org.lepcnn.")) {
      for (Field field : object.getClass().getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          collect(field.get(object), numbers, seen);
        }
      }
    }
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
