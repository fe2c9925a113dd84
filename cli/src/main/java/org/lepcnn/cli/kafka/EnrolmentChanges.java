/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.lepcnn.core.io.Json;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.wire.DeviceRecord;

/** What an enrolment changes of the one before, which it replaces as a whole. */
final class EnrolmentChanges {
  private record Change(String what, Object before, Object after) {}

  private final List<Change> changes = new ArrayList<>();

  private EnrolmentChanges() {}

  /**
   * Compares.
   *
   * @param before null when the device was never enrolled: then nothing changes
   */
  static EnrolmentChanges of(DeviceRecord before, DeviceRecord after) {
    EnrolmentChanges found = new EnrolmentChanges();
    if (before != null) {
      found.compare("status", before.getStatus(), after.getStatus());
      found.compare("gateway", before.getGateway(), after.getGateway());
      found.compare("models", models(before), models(after));
      found.compare("chains", chains(before), chains(after));
      found.compare("requests/s", before.getRequestsPerSecond(), after.getRequestsPerSecond());
      found.compare("bytes/s", before.getBytesPerSecond(), after.getBytesPerSecond());
    }
    return found;
  }

  /** A line for each, with a line end in front. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Change change : changes) {
      text.append("\nchanged  ").append(change.what());
      text.append(": ").append(change.before()).append(" -> ").append(change.after());
    }
    return text.toString();
  }

  Json.JsonArray json() {
    Json.JsonArray list = Json.array();
    for (Change change : changes) {
      list.add(
          Json.object()
              .put("what", change.what())
              .put("before", String.valueOf(change.before()))
              .put("after", String.valueOf(change.after())));
    }
    return list;
  }

  private void compare(String what, Object before, Object after) {
    if (!Objects.equals(before, after)) {
      changes.add(new Change(what, before, after));
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
