/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the child JVMs of these tests run: the first argument says what to do. */
public final class ChildMain {
  private ChildMain() {}

  /** Does what the first argument names; the second is a file, if any. */
  public static void main(String[] args) throws Exception {
    System.out.println("arguments " + Arrays.toString(args));
    switch (args[0]) {
      case "wait" -> System.out.println("ready");
      case "hang-on-exit" -> hangOnExit();
      case "fail" -> throw new IllegalStateException("broken on purpose");
      case "parent" -> parent(Path.of(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    new CountDownLatch(1).await();
  }

  private static void hangOnExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(ChildMain::sleep));
    System.out.println("ready");
  }

  private static void sleep() {
    try {
      TimeUnit.MINUTES.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void parent(Path log) {
    ManagedProcess child = ManagedProcess.start(ManagedProcessTest.child(log, "wait"));
    System.out.println(child.pid() + " is the grandchild");
  }
}
