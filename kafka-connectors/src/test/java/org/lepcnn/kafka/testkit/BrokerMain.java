/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.testkit;

import java.io.IOException;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * Formats the storage and runs a combined broker and controller. It ends when standard input closes
 * and so never outlives the process that started it.
 */
public final class BrokerMain {
  private BrokerMain() {}

  public static void main(String[] args) {
    Thread watch = new Thread(BrokerMain::endWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      formatAndRun(args[0], args[1]);
    } catch (RuntimeException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1); // other threads may already run
    }
  }

  private static void formatAndRun(String properties, String clusterId) {
    String[] format = {
      "format", "--standalone", "--ignore-formatted", "-t", clusterId, "-c", properties
    };
    int status = StorageTool.execute(format, System.out);
    if (status != 0) {
      throw new IllegalStateException("Formatting the broker's storage failed: " + status);
    }
    Kafka.main(new String[] {properties});
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // nothing is ever sent
      }
    } catch (IOException e) {
      System.err.println("Standard input: " + e);
    }
    Runtime.getRuntime().halt(0);
  }
}
