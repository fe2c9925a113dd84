/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which messages are not acknowledged, and which of those that come are the same ones again.
 *
 * <p>When a connection is lost, the broker delivers again what it saw no acknowledgement for, in
 * its order and before anything else. So each message that was under way, or was acknowledged last,
 * is awaited once on the next connection: what comes and equals it is its redelivery, and takes no
 * further pass. A message that equals another on the same connection is a message of its own.
 *
 * <p>Bounded by the messages that the broker may send without an acknowledgement. Thread-safe.
 */
final class Deliveries {
  private final int mostAcknowledged;
  private final Set<Delivery> underWay = new LinkedHashSet<>();

  /** Acknowledged on this connection, perhaps not by the broker's knowledge; oldest first. */
  private final Deque<Delivery> acknowledged = new ArrayDeque<>();

  /** Of connections before, until they come again. */
  private final Map<ByteBuffer, Deque<Delivery>> awaited = new HashMap<>();

  private long numbers;

  /** A message, however often it is delivered. */
  static final class Delivery {
    private final long number;
    private final ByteBuffer digest;
    private @Nullable Runnable acknowledge;

    private Delivery(long number, ByteBuffer digest) {
      this.number = number;
      this.digest = digest;
    }

    /** No other message has it. */
    long number() {
      return number;
    }
  }

  /**
   * @param most the most messages that the broker sends without an acknowledgement
   */
  Deliveries(int most) {
    this.mostAcknowledged = most;
  }

  /**
   * A message came.
   *
   * @param acknowledge tells the broker that it is done with
   * @return null when it is under way already, and is answered with that
   */
  synchronized @Nullable Delivery arrived(ByteBuffer digest, Runnable acknowledge) {
    Delivery again = takeAwaited(digest);
    if (again != null && underWay.contains(again)) {
      again.acknowledge = acknowledge;
      return null;
    }
    Delivery delivery = again == null ? new Delivery(numbers++, digest) : again;
    delivery.acknowledge = acknowledge;
    underWay.add(delivery);
    return delivery;
  }

  private @Nullable Delivery takeAwaited(ByteBuffer digest) {
    Deque<Delivery> equal = awaited.get(digest);
    if (equal == null) {
      return null;
    }
    Delivery first = equal.poll();
    if (equal.isEmpty()) {
      awaited.remove(digest);
    }
    return first;
  }

  /** A message is done with: it is acknowledged on the connection on which it came last. */
  synchronized void done(Delivery delivery) {
    underWay.remove(delivery);
    if (delivery.acknowledge != null) {
      delivery.acknowledge.run();
      delivery.acknowledge = null;
      acknowledged.add(delivery);
      if (acknowledged.size() > mostAcknowledged) {
        acknowledged.remove();
      }
    }
  }

  /** A message could not be answered; it is not acknowledged, so the broker keeps it. */
  synchronized void abandoned(Delivery delivery) {
    underWay.remove(delivery);
  }

  /**
   * The connection is lost. What came over it is told as done, which no longer reaches the broker,
   * and makes room in the client for the same messages.
   */
  synchronized void connectionLost() {
    List<Delivery> all = new ArrayList<>(acknowledged);
    for (Delivery delivery : underWay) {
      if (delivery.acknowledge != null) {
        delivery.acknowledge.run();
        delivery.acknowledge = null;
        all.add(delivery);
      }
    }
    acknowledged.clear();
    for (Delivery delivery : all) {
      awaited.computeIfAbsent(delivery.digest, digest -> new ArrayDeque<>()).add(delivery);
    }
    forgetSurplus();
  }

  /** Of those that were acknowledged long ago. */
  private void forgetSurplus() {
    int surplus = awaited() - 2 * mostAcknowledged;
    Iterator<Deque<Delivery>> each = awaited.values().iterator();
    while (surplus > 0 && each.hasNext()) {
      Deque<Delivery> equal = each.next();
      int before = equal.size();
      equal.removeIf(delivery -> !underWay.contains(delivery));
      surplus -= before - equal.size();
      if (equal.isEmpty()) {
        each.remove();
      }
    }
  }

  /** The broker knows nothing of earlier connections: nothing comes again. */
  synchronized void sessionLost() {
    awaited.clear();
  }

  /** How many messages are not answered. */
  synchronized int underWay() {
    return underWay.size();
  }

  /** How many are awaited to come again. */
  synchronized int awaited() {
    return awaited.values().stream().mapToInt(Deque::size).sum();
  }
}
