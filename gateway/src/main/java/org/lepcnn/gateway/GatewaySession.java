/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.session.RowPasses;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.input.Inputs;

/**
 * A device with one of its models, open, with two threads of its own: one reads inputs and begins
 * their passes, in the order of the requests, the other builds the answers. So whatever one device
 * sends, or however slowly, delays no other, and no answer is built on a thread of the session's.
 */
final class GatewaySession implements AutoCloseable {
  private static final long END_SECONDS = 30;

  private final String name;
  private final String device;
  private final Fingerprint fingerprint;
  private final PrivateSession session;
  private final RowPasses passes;
  private final Semaphore room;
  private final Semaphore queue;
  private final ExecutorService inputs;
  private final ExecutorService answers;

  private GatewaySession(
      String name,
      String device,
      Fingerprint fingerprint,
      PrivateSession session,
      RowPasses passes,
      GatewayConfig config) {
    this.name = name;
    this.device = device;
    this.fingerprint = fingerprint;
    this.session = session;
    this.passes = passes;
    this.room = new Semaphore(2 * config.inFlight() * session.model().batch());
    this.queue = new Semaphore(config.queue());
    this.inputs = thread("lepcnn-inputs-" + name);
    this.answers = thread("lepcnn-gateway-answers-" + name);
  }

  /** What of a session lies on this machine. */
  record LocalFiles(DeviceState state, TableFolder tables) implements AutoCloseable {
    /** Opens state and tables; when that fails nothing stays open. */
    static LocalFiles open(GatewayConfig.SessionConfig config) {
      DeviceState state = openState(config);
      try {
        return new LocalFiles(state, TableFolder.open(config.tables(), state));
      } catch (RuntimeException e) {
        state.close();
        throw e;
      }
    }

    @Override
    public void close() {
      tables.close();
      state.close();
    }
  }

  /**
   * Opens a session.
   *
   * @param files the session's from now on; still the caller's when this fails
   */
  static GatewaySession open(
      String name, LocalFiles files, GatewayConfig gateway, EdgeTransport transport) {
    DeviceState state = files.state();
    PrivateSession session =
        PrivateSession.builder(state, files.tables(), transport)
            .passesInFlight(gateway.inFlight())
            .passesPerReservation(gateway.reservation())
            .open();
    RowPasses passes = RowPasses.of(session, gateway.batchWait());
    return new GatewaySession(name, state.device(), state.model(), session, passes, gateway);
  }

  /** A state under a passphrase finds it as every command does, from the environment. */
  private static DeviceState openState(GatewayConfig.SessionConfig config) {
    try (Passphrase passphrase = Passphrase.ofEnvironment()) {
      return DeviceState.open(
          config.state(),
          config.model() == null ? "" : config.model(),
          passphrase,
          chain -> PassesLeft.read(config.tables()).of(chain));
    }
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  String name() {
    return name;
  }

  String device() {
    return device;
  }

  Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Compiles what passes of this model need; see {@link PrivateSession#warmUp}. */
  void warmUp() {
    session.warmUp();
  }

  DeviceHalf model() {
    return session.model();
  }

  /**
   * Runs the inputs of a file, after those of earlier requests; there is one answer for each. A
   * file that cannot be read is answered with its error, after a pass that the edge cannot tell
   * from others.
   *
   * @param file gives the file when its turn comes
   * @param told is told of each answer, on this session's thread
   * @return the answers that are failures; completes when all are told, and is cancelled when the
   *     gateway ends before
   */
  CompletableFuture<List<Answer>> run(Request request, FileSource file, Consumer<Answer> told) {
    CompletableFuture<List<Answer>> done = new CompletableFuture<>();
    Queue<Answer> failures = new ConcurrentLinkedQueue<>();
    try {
      inputs.execute(
          () -> {
            try {
              var unused =
                  begin(request.of(this), file, told, failures)
                      .whenComplete((all, ignored) -> done.complete(List.copyOf(failures)));
            } catch (InterruptedException | RejectedExecutionException | CancellationException e) {
              boolean ignored = done.cancel(false);
            } catch (RuntimeException | Error e) {
              done.completeExceptionally(e);
              throw e;
            }
          });
    } catch (RejectedExecutionException e) {
      boolean unused = done.cancel(false);
    }
    return done;
  }

  private CompletableFuture<Void> begin(
      Request request, FileSource source, Consumer<Answer> told, Queue<Answer> failures)
      throws InterruptedException {
    List<CompletableFuture<?>> pending = new ArrayList<>();
    try {
      for (Inputs.Input input : Inputs.read(source.take(), session.model())) {
        CompletableFuture<PassResult> pass = submit(() -> passes.submit(input.values()));
        pending.add(tell(pass, request, input.name(), told, failures));
      }
    } catch (LepcnnException e) {
      CompletableFuture<PassResult> pass = submit(() -> passes.submitRefused(e));
      pending.add(tell(pass, request, null, told, failures));
    }
    return CompletableFuture.allOf(pending.toArray(new CompletableFuture<?>[0]));
  }

  private CompletableFuture<?> tell(
      CompletableFuture<PassResult> pass,
      Request request,
      String input,
      Consumer<Answer> told,
      Queue<Answer> failures) {
    return pass.handleAsync(
        (result, failure) -> {
          Answer answer =
              failure == null
                  ? request.answer(input, result, session.model().naming())
                  : request.failed(input, failure);
          if (failure != null) {
            failures.add(answer);
          }
          told.accept(answer);
          return null;
        },
        answers);
  }

  /**
   * Runs one input that is in memory, beside those that are read from files; never waits.
   *
   * @param inputs by name; not to be changed before the future completes
   * @throws BusyException as many as the queue holds wait already
   */
  CompletableFuture<PassResult> run(Map<String, HostTensor> inputs) {
    if (!queue.tryAcquire()) {
      throw new BusyException(
          ("Running a pass of session %s: expected room in its queue; found it full. Try again"
                  + " later, or raise the configuration's key queue.")
              .formatted(name));
    }
    try {
      CompletableFuture<PassResult> answer = passes.submit(inputs);
      var unused = answer.whenComplete((ignored, failure) -> queue.release());
      return answer;
    } catch (RuntimeException e) {
      queue.release();
      throw e;
    }
  }

  /** How many passes the tables still serve; without end where a pass needs none. */
  long passesLeft() {
    return model().plan().rounds() == 0 ? Long.MAX_VALUE : session.passesLeft();
  }

  /** Whether the edge failed its checks too often. */
  boolean quarantined() {
    return session.quarantined();
  }

  /** Begins a pass, or takes a place in the next; waits while too many inputs are under way. */
  private CompletableFuture<PassResult> submit(Supplier<CompletableFuture<PassResult>> begun)
      throws InterruptedException {
    room.acquire();
    try {
      CompletableFuture<PassResult> result = begun.get();
      var unused = result.whenComplete((ignored, failure) -> room.release());
      return result;
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
  }

  /** Begins nothing more, ends what is under way, and tells its answers. */
  @Override
  public void close() {
    inputs.shutdownNow();
    await(inputs);
    passes.close();
    session.close();
    answers.shutdown();
    await(answers);
  }

  private static void await(ExecutorService executor) {
    try {
      boolean unused = executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the file of a request when its turn comes. */
  interface FileSource {
    /**
     * The file.
     *
     * @throws org.lepcnn.core.error.LepcnnException there is none any more, which is the answer
     * @throws CancellationException there is none, and nobody waits for an answer
     */
    Path take();
  }
}
