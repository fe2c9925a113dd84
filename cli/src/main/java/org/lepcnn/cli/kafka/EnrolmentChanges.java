/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.wire.DeviceRecord;

/** What an enrolment changes of the one before, which it replaces as a whole. */
final class EnrolmentChanges {
  /** One of them; before and after are text, as people read it. */
  record Change(String what, String before, String after) {}

  private EnrolmentChanges() {}

  /**
   * Compares.
   *
   * @param before null when the device was never enrolled: then nothing changes
   */
  static List<Change> of(DeviceRecord before, DeviceRecord after) {
    List<Change> found = new ArrayList<>();
    if (before != null) {
      compare("status", before.getStatus(), after.getStatus(), found);
      compare("gateway", before.getGateway(), after.getGateway(), found);
      compare("models", models(before), models(after), found);
      compare("chains", chains(before), chains(after), found);
      compare("requests/s", before.getRequestsPerSecond(), after.getRequestsPerSecond(), found);
      compare("bytes/s", before.getBytesPerSecond(), after.getBytesPerSecond(), found);
    }
    return found;
  }

  /** A line for each, with a line end in front. */
  static String text(List<Change> changes) {
    StringBuilder text = new StringBuilder();
    for (Change change : changes) {
      text.append("\nchanged  ").append(change.what());
      text.append(": ").append(change.before()).append(" -> ").append(change.after());
    }
    return text.toString();
  }

  private static void compare(String what, Object before, Object after, List<Change> found) {
    if (!Objects.equals(before, after)) {
      found.add(new Change(what, String.valueOf(before), String.valueOf(after)));
    }
  }

  private static List<String> models(DeviceRecord device) {
    return device.getModels().stream()
        .map(model -> WireIds.fingerprint(model).shortName())
        .sorted()
        .toList();
  }

  private static List<String> chains(DeviceRecord device) {
    return device.getChains().stream()
        .map(chain -> WireIds.chain(chain).toString())
        .sorted()
        .toList();
  }
}
