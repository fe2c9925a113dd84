/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.lepcnn.command.Output;
import org.lepcnn.core.text.Printable;

/**
 * Things to undo when the command ends, in reverse order, also when it is interrupted: Ctrl-C runs
 * them from a shutdown hook.
 */
final class Cleanup implements AutoCloseable {
  @FunctionalInterface
  interface Undo {
    void run() throws Exception;
  }

  private final Deque<Undo> undos = new ArrayDeque<>();
  private final Thread hook = new Thread(this::undoAll, "undo-on-exit");
  private final Output output;

  Cleanup(Output output) {
    this.output = output;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  synchronized void onEnd(Undo undo) {
    undos.push(undo);
  }

  @Override
  public void close() {
    undoAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook runs already and finds nothing left to do
    }
  }

  private synchronized void undoAll() {
    while (!undos.isEmpty()) {
      try {
        undos.pop().run();
      } catch (Exception e) {
        output.progress("lepcnn: while stopping: " + Printable.reason(e));
      }
    }
  }
}
