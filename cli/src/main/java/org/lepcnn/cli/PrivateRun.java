/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.lepcnn.check.TopAnswer;
import org.lepcnn.cli.report.InferenceReport;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.PrivateSessionBuilder;
import org.lepcnn.device.session.RowPasses;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.input.ElementType;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.picture.RankedClass;

/** Runs inputs privately on a device's state and tables, through a transport that is given. */
final class PrivateRun implements AutoCloseable {
  private static final int LARGEST_RESERVATION = 64;

  /** With fewer inputs compiling the code ahead takes longer than it saves. */
  private static final int WARM_UP_FROM = 200;

  private static final double NANOS_PER_MILLI = 1e6;

  private final PrivateSession session;
  private Naming naming;
  private final Map<Long, int[]> firstTensors = new ConcurrentHashMap<>();

  /**
   * One result, or why there is none.
   *
   * @param input what was run
   * @param result null when it failed
   * @param failure null when it did not
   */
  record Inferred(Inputs.Input input, PassResult result, LepcnnException failure) {}

  /**
   * Opens state and tables; both are closed with this. When opening fails nothing stays open.
   *
   * @param state an open device state
   * @param tables the folder of its tables
   * @param pace rounds leave at multiples of this after their pass began; 0 for at once
   * @param inputs how many inputs will come: passes are reserved for them, and no more
   * @param keepTensors whether what the edge sees is kept for a report
   */
  static PrivateRun open(
      DeviceState state,
      Path tables,
      EdgeTransport transport,
      int inFlight,
      Duration pace,
      int inputs,
      boolean keepTensors) {
    try {
      TableFolder folder = TableFolder.open(tables, state);
      return new PrivateRun(state, folder, transport, inFlight, pace, inputs, keepTensors);
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  private PrivateRun(
      DeviceState state,
      TableFolder folder,
      EdgeTransport transport,
      int inFlight,
      Duration pace,
      int inputs,
      boolean keepTensors) {
    try {
      int batch = state.deviceHalf().batch();
      int passes = (inputs + batch - 1) / batch;
      PrivateSessionBuilder builder =
          PrivateSession.builder(state, folder, transport)
              .passesInFlight(inFlight)
              .pace(pace)
              .passesPerReservation(reservation(passes))
              .observer(
                  request -> {
                    if (keepTensors && request.round() == 0) {
                      firstTensors.put(
                          request.pass().pass(), request.tensors().get(0).residues().clone());
                    }
                  });
      if (passes >= WARM_UP_FROM) {
        builder.warmUp();
      }
      this.session = builder.open();
      this.naming = session.model().naming();
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** From now on answers tell classes like this, and not as the bundle says; null for none. */
  void nameClasses(Naming other) {
    naming = other;
  }

  private List<RankedClass> ranked(Map<String, HostTensor> outputs) {
    return naming == null ? List.of() : RankedClass.of(outputs, naming);
  }

  DeviceHalf model() {
    return session.model();
  }

  /** Runs all inputs, several in flight, and keeps their order. */
  List<Inferred> run(List<Inputs.Input> inputs) {
    List<Inferred> answers = new ArrayList<>();
    run(inputs, answers::add);
    return answers;
  }

  /**
   * As {@link #run(List)}; each answer is handed on as soon as it and those before it are there.
   */
  void run(List<Inputs.Input> inputs, Consumer<Inferred> answers) {
    List<CompletableFuture<PassResult>> futures = new ArrayList<>();
    try (RowPasses rows = RowPasses.of(session)) {
      for (Inputs.Input input : inputs) {
        futures.add(rows.submit(input.values()));
      }
    }
    for (int i = 0; i < futures.size(); i++) {
      answers.accept(await(inputs.get(i), futures.get(i)));
    }
  }

  /**
   * Describes an answer.
   *
   * @param label what it should be, or −1
   * @param floatAnswer what the float network says, or −1
   * @param exact whether it equals the plain integer network, or null
   */
  InferenceReport describe(Inferred answer, long label, int floatAnswer, Boolean exact) {
    PassResult result = answer.result();
    TopAnswer best = TopAnswer.of(result.outputs());
    LongFunction<int[]> edgeSaw = firstTensors::get;
    return new InferenceReport(
        answer.input().name(),
        answer.input().path(),
        edgeSaw.apply(result.pass()),
        planeWidth(),
        result.pass(),
        label,
        best.label(),
        best.name(),
        shown(result.outputs()),
        best.score(),
        floatAnswer,
        exact,
        result.rounds(),
        result.bytesUp(),
        result.bytesDown(),
        phases(result.timings()),
        ranked(result.outputs()));
  }

  /** What outputs are, such as {@code float32[1, 3, 8, 8] and 1 more}. */
  static String shown(Map<String, HostTensor> outputs) {
    HostTensor first = outputs.values().iterator().next();
    return ElementType.name(first.onnxType())
        + Arrays.toString(first.shape())
        + (outputs.size() == 1 ? "" : " and " + (outputs.size() - 1) + " more");
  }

  @Override
  public void close() {
    session.close();
  }

  /** As even as possible, so that nothing reserved is left over at the end. */
  static int reservation(int inputs) {
    int reservations = Math.max(1, (inputs + LARGEST_RESERVATION - 1) / LARGEST_RESERVATION);
    return Math.max(1, (inputs + reservations - 1) / reservations);
  }

  private static Inferred await(Inputs.Input input, CompletableFuture<PassResult> future) {
    try {
      return new Inferred(input, future.join(), null);
    } catch (CompletionException e) {
      if (e.getCause() instanceof LepcnnException known) {
        return new Inferred(input, null, known);
      }
      throw new IllegalStateException("Running " + input.name() + " privately", e.getCause());
    }
  }

  private int planeWidth() {
    List<LinearLayerSpec> layers = model().plan().layers();
    return layers.isEmpty() ? 1 : layers.get(0).geometry().width().in();
  }

  private static InferenceReport.Phases phases(PassTimings t) {
    return new InferenceReport.Phases(
        t.stageNanos() / NANOS_PER_MILLI,
        t.maskNanos() / NANOS_PER_MILLI,
        t.waitNanos() / NANOS_PER_MILLI,
        t.checkNanos() / NANOS_PER_MILLI,
        (t.tableNanos() + t.unmaskNanos()) / NANOS_PER_MILLI,
        t.totalNanos() / NANOS_PER_MILLI);
  }
}
