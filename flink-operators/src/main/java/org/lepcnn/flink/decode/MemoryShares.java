/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.record.RoundKey;

/**
 * Who holds how much of a subtask's memory for incomplete rounds, by gateway and device, and who
 * yields when it is short.
 *
 * <p>The gateway that holds most yields, in it the device that holds most, of that the round that
 * began last. So memory is shared equally between gateways, and a gateway's part between its
 * devices, as far as they want it. Equal parts alone would let nobody finish when there are more
 * devices than memory has room for rounds. Therefore the round of a device that began first is
 * sheltered for a short time: in its gateway it yields only to sheltered rounds that began before
 * it, and rounds that are not sheltered yield to it. In the same way the round of a gateway that
 * began first yields to no other gateway, unless that one's own began before it.
 *
 * <p>When G gateways hold something, and D devices of one of them, and 1/(G·D) of the memory has
 * room for a whole round, then a device of that gateway is never refused the round that it began
 * first, nor loses it while it is sheltered, whatever others send. Not thread-safe.
 */
final class MemoryShares {
  private final long shelterMillis;
  private final Map<RoundKey, Held> rounds = new HashMap<>();
  private final Map<String, GatewayHolder> gateways = new HashMap<>();
  private final NavigableSet<Holder> gatewaysByBytes = new TreeSet<>(Holder.BY_BYTES);
  private long bytes;
  private long begun;

  /**
   * @param shelterMillis how long a round is sheltered, from its first chunk
   */
  MemoryShares(long shelterMillis) {
    this.shelterMillis = shelterMillis;
  }

  /** What a round holds. */
  private record Held(
      RoundKey key,
      GatewayHolder gateway,
      Holder device,
      long number,
      long sinceMillis,
      long bytes) {
    Held with(long added) {
      return new Held(key, gateway, device, number, sinceMillis, bytes + added);
    }
  }

  /** A gateway or a device; its place in a sorted set follows from its bytes. */
  private static class Holder {
    static final Comparator<Holder> BY_BYTES =
        Comparator.<Holder>comparingLong(holder -> holder.bytes)
            .thenComparing(holder -> holder.name);

    final String name;
    final NavigableMap<Long, Held> rounds = new TreeMap<>(); // by number
    long bytes;

    Holder(String name) {
      this.name = name;
    }

    void change(NavigableSet<Holder> sorted, Held held, long difference) {
      sorted.remove(this);
      bytes += difference;
      rounds.put(held.number(), held);
      sorted.add(this);
    }

    void remove(NavigableSet<Holder> sorted, Held held) {
      change(sorted, held, -held.bytes());
      rounds.remove(held.number());
      if (rounds.isEmpty()) {
        sorted.remove(this);
      }
    }

    Held oldest() {
      return rounds.firstEntry().getValue();
    }

    Held newest() {
      return rounds.lastEntry().getValue();
    }
  }

  private static final class GatewayHolder extends Holder {
    final Map<String, Holder> devices = new HashMap<>();
    final NavigableSet<Holder> devicesByBytes = new TreeSet<>(BY_BYTES);

    GatewayHolder(String topic) {
      super(topic);
    }
  }

  /** Bytes that all hold. */
  long bytes() {
    return bytes;
  }

  /** Bytes that a round's device holds through the round's gateway. */
  long bytesOfDevice(RoundKey round) {
    Holder device = device(round);
    return device == null ? 0 : device.bytes;
  }

  /** A round, new or not, holds that much more. */
  void add(RoundKey round, long added, long nowMillis) {
    Held before = rounds.get(round);
    Held held = (before == null ? begin(round, nowMillis) : before).with(added);
    rounds.put(round, held);
    held.device.change(held.gateway.devicesByBytes, held, added);
    held.gateway.change(gatewaysByBytes, held, added);
    bytes += added;
  }

  private Held begin(RoundKey round, long nowMillis) {
    GatewayHolder gateway = gateways.computeIfAbsent(round.topic(), GatewayHolder::new);
    Holder device = gateway.devices.computeIfAbsent(round.device(), Holder::new);
    return new Held(round, gateway, device, begun++, nowMillis, 0);
  }

  /** A round that holds something holds nothing any more. */
  void remove(RoundKey round) {
    Held held = Objects.requireNonNull(rounds.remove(round), "a round that holds nothing");
    GatewayHolder gateway = held.gateway();
    Holder device = held.device();
    device.remove(gateway.devicesByBytes, held);
    if (device.rounds.isEmpty()) {
      gateway.devices.remove(device.name);
    }
    gateway.remove(gatewaysByBytes, held);
    if (gateway.rounds.isEmpty()) {
      gateways.remove(gateway.name);
    }
    bytes -= held.bytes();
  }

  /** The round that began first of those that the device holds beside the given one. */
  RoundKey oldestBeside(RoundKey round) {
    Holder device = Objects.requireNonNull(device(round), "a device that holds nothing");
    return device.rounds.values().stream()
        .map(Held::key)
        .filter(key -> !key.equals(round))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The round that yields so that another one may hold more.
   *
   * @return null when the one that wants more has to yield itself
   */
  @Nullable RoundKey yielding(RoundKey round, long wanted, long nowMillis) {
    GatewayHolder own = gateways.get(round.topic());
    long ownBytes = wanted + (own == null ? 0 : own.bytes);
    for (Holder gateway : gatewaysByBytes.descendingSet()) {
      if (gateway.bytes <= ownBytes) {
        break; // before its own
      }
      RoundKey found = ofGateway((GatewayHolder) gateway, nowMillis);
      if (found != null) {
        return found;
      }
    }
    if (own == null) {
      return null;
    }
    RoundKey found = ofOwnGateway(own, round, wanted, nowMillis);
    return found == null ? begunLater(own, rounds.get(round), nowMillis) : found;
  }

  /** A round of a larger gateway that yields to those of others; null when none does. */
  private @Nullable RoundKey ofGateway(GatewayHolder gateway, long nowMillis) {
    for (Holder device : gateway.devicesByBytes.descendingSet()) {
      Held newest = device.newest();
      if (newest != gateway.oldest() || !isYoung(newest, nowMillis)) {
        return newest.key();
      }
    }
    return null;
  }

  /** A round of the same gateway that yields; null when none does. */
  private @Nullable RoundKey ofOwnGateway(
      GatewayHolder own, RoundKey round, long wanted, long nowMillis) {
    Holder ownDevice = own.devices.get(round.device());
    Held held = rounds.get(round);
    boolean sheltered = ownDevice == null || (held != null && isSheltered(held, nowMillis));
    long least = wanted + (ownDevice == null ? 0 : ownDevice.bytes);
    for (Holder device : own.devicesByBytes.descendingSet()) {
      Held newest = device.newest();
      boolean mayYield =
          device == ownDevice
              ? sheltered && !newest.key().equals(round)
              : (sheltered || device.bytes > least) && !isSheltered(newest, nowMillis);
      if (mayYield) {
        return newest.key();
      }
    }
    return null;
  }

  /** A round that yields to a sheltered one because it began later; all that is left may. */
  private @Nullable RoundKey begunLater(GatewayHolder own, @Nullable Held held, long nowMillis) {
    if (held == null || !isSheltered(held, nowMillis)) {
      return null;
    }
    Held latest = own.newest();
    if (own.rounds.size() == 1) {
      for (GatewayHolder gateway : gateways.values()) {
        latest = gateway.oldest().number() > latest.number() ? gateway.oldest() : latest;
      }
    }
    return latest.number() > held.number() ? latest.key() : null;
  }

  private boolean isSheltered(Held held, long nowMillis) {
    return held == held.device().oldest() && isYoung(held, nowMillis);
  }

  private boolean isYoung(Held held, long nowMillis) {
    return nowMillis - held.sinceMillis() < shelterMillis;
  }

  /** A round's device; null when it holds nothing. */
  private @Nullable Holder device(RoundKey round) {
    GatewayHolder gateway = gateways.get(round.topic());
    return gateway == null ? null : gateway.devices.get(round.device());
  }
}
