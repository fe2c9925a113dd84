/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Runs another main class in a process that ends when its standard input ends.
 *
 * <p>{@code java org.lepcnn.process.ParentWatch <mainClass> args...}: a daemon thread reads
 * standard input and ignores what it reads. At the end of the input it asks for an orderly exit
 * with status {@value #ORPHANED}; shutdown hooks have {@value #GRACE_MILLIS} ms, then the process
 * is halted. Standard input must therefore be a pipe that the parent holds open, never {@code
 * /dev/null}.
 *
 * <p>The class stands alone (nothing but the JDK), so that its class file may be put on the class
 * path of any process.
 */
public final class ParentWatch {
  /** Exit status of a process whose parent is gone. */
  public static final int ORPHANED = 143;

  /** What shutdown hooks get, in milliseconds, once the parent is gone. */
  public static final long GRACE_MILLIS = 3000;

  private ParentWatch() {}

  /**
   * Watches standard input and calls {@code main} of the class named first with the other
   * arguments.
   */
  public static void main(String[] args) throws Throwable {
    if (args.length == 0) {
      System.err.println("usage: ParentWatch <main class> [argument...]");
      System.exit(2);
    }
    watch(System.in);
    Method main = Class.forName(args[0]).getMethod("main", String[].class);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void watch(InputStream lifeLine) {
    Thread watcher = new Thread(() -> endWith(lifeLine), "parent-watch");
    watcher.setDaemon(true);
    watcher.start();
  }

  private static void endWith(InputStream lifeLine) {
    awaitEnd(lifeLine);
    Thread exit = new Thread(() -> System.exit(ORPHANED), "parent-watch-exit");
    exit.setDaemon(true);
    exit.start();
    try {
      exit.join(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(ORPHANED);
  }

  private static void awaitEnd(InputStream lifeLine) {
    byte[] ignored = new byte[64];
    try {
      while (lifeLine.read(ignored) >= 0) {
        // The parent writes nothing; whatever arrives says only that it is there.
      }
    } catch (IOException e) {
      // An input that cannot be read is an input that has ended.
    }
  }
}
