/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassRound;

/**
 * The edge's side of a {@link GuardWorld}: a log of requests, the real guard behind a simple
 * admission, and checkpoints, from which the log is read again.
 */
final class GuardedLog {
  private static final Verdict UNKNOWN =
      Verdict.refuse(EdgeErrorCode.UNKNOWN_DEVICE, "the device is not enrolled yet");

  /** What decides over a request. */
  interface Judge {
    Verdict judge(DeviceGuard device, EdgeCall call, long digest);

    /** The real guard, for devices whose enrolment excludes no chain. */
    static Judge of(ReplayGuard guard) {
      return (device, call, digest) -> guard.judge(device, call, digest, ExcludedChains.NONE);
    }
  }

  private record Entry(EdgeCall call, long digest) {}

  private final Judge judge;
  private final List<Entry> log = new ArrayList<>();
  private final Map<String, Long> accepted = new HashMap<>();
  private final Set<String> reused = new HashSet<>();
  private DeviceGuard edge = new DeviceGuard();
  private DeviceGuard checkpoint = new DeviceGuard();
  private int checkpointAt;
  private boolean enrolled;

  GuardedLog(Judge judge, boolean enrolled) {
    this.judge = judge;
    this.enrolled = enrolled;
  }

  /** Lets the device in from now on, also with what is read again. */
  void enrol() {
    enrolled = true;
  }

  boolean isEnrolled() {
    return enrolled;
  }

  Verdict append(EdgeCall call, long digest) {
    Entry entry = new Entry(call, digest);
    log.add(entry);
    return judge(entry);
  }

  void checkpoint() {
    checkpoint = edge.copy();
    checkpointAt = log.size();
  }

  void restore() {
    edge = checkpoint.copy();
    log.subList(checkpointAt, log.size()).forEach(this::judge);
  }

  /** Ids under which two payloads were accepted. */
  Set<String> reused() {
    return reused;
  }

  int acceptedRounds() {
    return accepted.size();
  }

  private Verdict judge(Entry entry) {
    if (!enrolled) {
      return UNKNOWN;
    }
    Verdict verdict = judge.judge(edge, entry.call(), entry.digest());
    if (verdict.accepted() && entry.call() instanceof PassRound round) {
      String id = round.pass().pass() + "/" + round.round();
      Long before = accepted.putIfAbsent(id, entry.digest());
      if (before != null && before != entry.digest()) {
        reused.add(id);
      }
    }
    return verdict;
  }
}
