/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.util.Locale;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceStatus;

/**
 * Measures what enrolled devices take of a TaskManager's heap: {@code java -Xmx2g -cp … \
 * org.lepcnn.flink.control.ControlTablesMemory 1000000}.
 */
public final class ControlTablesMemory {
  private static final int GATEWAYS = 1_000;

  private ControlTablesMemory() {}

  public static void main(String[] args) {
    int devices = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
    long before = usedBytes();
    ControlTables tables = new ControlTables();
    long start = System.nanoTime();
    for (int i = 0; i < devices; i++) {
      String id = String.format(Locale.ROOT, "meter-%08d", i);
      byte[] record = ControlTablesTest.device(id, "gw" + i % GATEWAYS, 10, DeviceStatus.ENROLLED);
      tables.apply(Topics.DEVICES, ControlTablesTest.key(id), record);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long bytes = usedBytes() - before;
    System.out.printf(
        Locale.ROOT,
        "%d devices of %d gateways: %.1f MiB, %.0f bytes a device; encoded and applied in %.1f s%n",
        tables.deviceCount(),
        GATEWAYS,
        bytes / (double) (1 << 20),
        bytes / (double) devices,
        seconds);
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
