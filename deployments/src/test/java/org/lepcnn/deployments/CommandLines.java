/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The command lines of all processes that this process has started, as everybody on this machine
 * can see them, looked at every few milliseconds.
 */
final class CommandLines implements AutoCloseable {
  private static final long PAUSE_MILLIS = 5;

  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Thread watcher = new Thread(this::watch, "command-lines");
  private volatile boolean closed;

  CommandLines() {
    watcher.setDaemon(true);
    watcher.start();
  }

  Set<String> all() {
    return seen;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    watcher.join();
  }

  private void watch() {
    while (!closed) {
      ProcessHandle.current().descendants().map(CommandLines::line).forEach(seen::add);
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static String line(ProcessHandle process) {
    String arguments =
        process.info().arguments().stream()
            .flatMap(java.util.Arrays::stream)
            .collect(Collectors.joining(" "));
    return process.info().command().orElse("") + " " + arguments;
  }
}
