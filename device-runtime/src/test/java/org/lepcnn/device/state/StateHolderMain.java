/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.file.Path;
import org.lepcnn.core.error.LepcnnException;

/**
 * A second process: opens a state and takes three of ten passes; reserves one more for each byte on
 * standard input and says how that went.
 */
public final class StateHolderMain {
  private StateHolderMain() {}

  public static void main(String[] args) throws IOException {
    try (DeviceState state = DeviceState.open(Path.of(args[0]))) {
      DurableReservation passes = state.reserve(10);
      for (int i = 0; i < 3; i++) {
        passes.take();
      }
      System.out.println("open");
      while (System.in.read() >= 0) {
        System.out.println(reserve(state));
      }
    } catch (LepcnnException e) {
      System.out.println("exit " + e.exitStatus());
    }
  }

  private static String reserve(DeviceState state) {
    try {
      return "pass " + state.reserve(1).take().number();
    } catch (LepcnnException e) {
      return e.getClass().getSimpleName();
    }
  }
}
