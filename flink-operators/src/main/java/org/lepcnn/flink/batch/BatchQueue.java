/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.record.AssembledRequest;

/**
 * Requests that wait for a kernel thread. Gateways take turns, and the devices of a gateway within
 * its turns; a device's own requests keep their order. The next batch is the request whose turn it
 * is with all that can be computed together with it, in the order of turns. Not thread-safe: only
 * the mailbox thread uses it.
 */
final class BatchQueue {
  /** A device has that many requests at least before one of them yields to the input. */
  static final int KEPT_PER_DEVICE = 8;

  private final BatchSettings settings;

  /** By topic; whose turn it is comes first. */
  private final Map<String, GatewayQueue> gateways = new LinkedHashMap<>();

  private int size;

  BatchQueue(BatchSettings settings) {
    this.settings = settings;
  }

  private record Waiting(AssembledRequest request, long sinceMillis) {}

  /** The waiting requests of a gateway's devices; whose turn it is comes first. */
  private static final class GatewayQueue {
    final Map<String, Deque<Waiting>> devices = new LinkedHashMap<>();

    int size() {
      return devices.values().stream().mapToInt(Deque::size).sum();
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(AssembledRequest request, long nowMillis) {
    gateways
        .computeIfAbsent(request.header().topic(), topic -> new GatewayQueue())
        .devices
        .computeIfAbsent(request.header().device(), device -> new ArrayDeque<>())
        .add(new Waiting(request, nowMillis));
    size++;
  }

  /** When the oldest request has waited long enough for company; the queue must not be empty. */
  long dueMillis() {
    long oldest = Long.MAX_VALUE;
    for (GatewayQueue gateway : gateways.values()) {
      for (Deque<Waiting> device : gateway.devices.values()) {
        oldest = Math.min(oldest, device.element().sinceMillis());
      }
    }
    return oldest + settings.maxWaitMillis();
  }

  /** Whether a batch should start now: the oldest request waited enough, or a batch is full. */
  boolean isDue(long nowMillis) {
    return !isEmpty() && (nowMillis >= dueMillis() || companions() >= settings.maxBatch());
  }

  /** Takes the next batch; the queue must not be empty. */
  List<AssembledRequest> take() {
    List<AssembledRequest> batch = new ArrayList<>();
    AssembledRequest lead = next(null);
    for (AssembledRequest request = lead; request != null; request = next(lead)) {
      batch.add(request);
      if (batch.size() == settings.maxBatch()) {
        break;
      }
    }
    return batch;
  }

  /**
   * Takes out the request that should not have come: the newest one of the device that has most
   * waiting, in the gateway that has most waiting.
   *
   * @return null when that device has no more than {@value #KEPT_PER_DEVICE}
   */
  @Nullable AssembledRequest takeSurplus() {
    GatewayQueue largest = null;
    for (GatewayQueue gateway : gateways.values()) {
      largest = largest == null || gateway.size() > largest.size() ? gateway : largest;
    }
    Deque<Waiting> most = null;
    if (largest != null) {
      for (Deque<Waiting> device : largest.devices.values()) {
        most = most == null || device.size() > most.size() ? device : most;
      }
    }
    if (most == null || most.size() <= KEPT_PER_DEVICE) {
      return null;
    }
    size--;
    return most.removeLast().request();
  }

  /**
   * Takes the first request in the order of turns that goes together with the lead.
   *
   * @param lead null for whatever comes first
   * @return null when there is none
   */
  private @Nullable AssembledRequest next(@Nullable AssembledRequest lead) {
    for (Map.Entry<String, GatewayQueue> gateway : gateways.entrySet()) {
      for (Map.Entry<String, Deque<Waiting>> device : gateway.getValue().devices.entrySet()) {
        AssembledRequest found = takeFirst(device.getValue(), lead);
        if (found != null) {
          turnOver(gateway, device);
          size--;
          return found;
        }
      }
    }
    return null;
  }

  /** Puts the device last in its gateway, and the gateway last, if anything of theirs waits. */
  private void turnOver(
      Map.Entry<String, GatewayQueue> gateway, Map.Entry<String, Deque<Waiting>> device) {
    String topic = gateway.getKey();
    Map<String, Deque<Waiting>> devices = gateway.getValue().devices;
    moveLast(devices, device.getKey(), !device.getValue().isEmpty());
    moveLast(gateways, topic, !devices.isEmpty());
  }

  private static <V> void moveLast(Map<String, V> turns, String key, boolean keep) {
    V value = turns.remove(key);
    if (keep) {
      turns.put(key, value);
    }
  }

  private static @Nullable AssembledRequest takeFirst(
      Deque<Waiting> device, @Nullable AssembledRequest lead) {
    Iterator<Waiting> oldestFirst = device.iterator();
    while (oldestFirst.hasNext()) {
      AssembledRequest request = oldestFirst.next().request();
      if (lead == null || together(lead, request)) {
        oldestFirst.remove();
        return request;
      }
    }
    return null;
  }

  private int companions() {
    AssembledRequest lead =
        gateways.values().iterator().next().devices.values().iterator().next().element().request();
    int count = 0;
    for (GatewayQueue gateway : gateways.values()) {
      for (Deque<Waiting> device : gateway.devices.values()) {
        for (Waiting candidate : device) {
          count += together(lead, candidate.request()) ? 1 : 0;
        }
      }
    }
    return count;
  }

  private static boolean together(AssembledRequest a, AssembledRequest b) {
    return a.header().asRound().round() == b.header().asRound().round()
        && a.header().model().equals(b.header().model());
  }
}
