/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lepcnn.gateway.protocol.FakeModel;

/**
 * Clients that hold connections and never finish what they begin: others are answered meanwhile,
 * and the door ends what is held.
 */
class HeldConnectionsTest {
  private static final String REQUEST =
      "{\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\","
          + "\"data\":[1,2,3,4,5,6]}]}";
  private static final String POST =
      "POST /v2/models/hall/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
          + REQUEST.length()
          + "\r\n";
  private static final String LIVE = "GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n";
  private static final int LIVE_BYTES = "{\"live\":true}".length();
  private static final int MOST_CONNECTIONS = 256;

  /** How many somebody opens who means harm; more by {@code -Dlepcnn.held.connections=10000}. */
  private static final int CONNECTIONS = Integer.getInteger("lepcnn.held.connections", 2_500);

  /** Nothing ends but what takes too long over its head. */
  private static final HttpDoor.Patience OF_HEADS =
      new HttpDoor.Patience(600_000, 1_000, 600_000, 60_000);

  private final FakeModel hall = FakeModel.doubling("hall");

  private DoorFixture open(HttpDoor.Patience patience, int clientRequests) {
    return new DoorFixture(
        DoorFixture.limits(1 << 20, MOST_CONNECTIONS, clientRequests), patience, hall);
  }

  private static int port(DoorFixture door) {
    return door.door.address().getPort();
  }

  @Test
  void aHeadThatTrickles_isEnded_andOthersAreAnswered() throws Exception {
    try (DoorFixture door = open(OF_HEADS, 64);
        RawClient slow = new RawClient(port(door))) {
      assertThat(trickle(slow, door)).isIn("", "<reset>");
    }
  }

  @Test
  void theHeadOfALaterRequestThatTrickles_isEnded() throws Exception {
    try (DoorFixture door = open(OF_HEADS, 64);
        RawClient slow = new RawClient(port(door))) {
      slow.send(LIVE + "\r\n");
      assertThat(slow.answer(LIVE_BYTES)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(trickle(slow, door)).isIn("", "<reset>");
    }
  }

  /** A head of more than 8 KiB is refused, so that this ends whatever the door does. */
  private static String trickle(RawClient slow, DoorFixture door) throws Exception {
    slow.send(LIVE + "X: ");
    CompletableFuture<String> end = CompletableFuture.supplyAsync(slow::rest);
    while (!end.isDone()) {
      assertThat(door.statusInTheEnd("hall", REQUEST)).isEqualTo(200);
      try {
        slow.send("x");
      } catch (IOException e) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return end.join();
  }

  @Test
  void aConnectionThatWaitsForItsNextRequest_stays_whileTheHeadOfAnotherIsEnded() throws Exception {
    try (DoorFixture door = open(OF_HEADS, 64);
        RawClient waiting = new RawClient(port(door))) {
      for (int i = 0; i < 2; i++) {
        waiting.send(LIVE + "\r\n");
        assertThat(waiting.answer(LIVE_BYTES)).isEqualTo("HTTP/1.1 200 OK");
        try (RawClient silent = new RawClient(port(door))) {
          assertThat(silent.rest()).isIn("", "<reset>");
        }
      }
    }
  }

  @Test
  void aPassThatTakesLongerThanAHeadMay_isAnswered() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    hall.pass = inputs -> gate.thenApply(unused -> FakeModel.doubled(inputs));
    try (DoorFixture door = open(OF_HEADS, 64);
        RawClient asking = new RawClient(port(door));
        RawClient silent = new RawClient(port(door))) {
      asking.send(POST + "Connection: close\r\n\r\n" + REQUEST);
      assertThat(silent.rest()).isIn("", "<reset>");
      gate.complete(null);
      assertThat(asking.rest()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aClientThatEndsItsSide_isAnswered_orEnded() throws Exception {
    try (DoorFixture door = open(DoorFixture.PATIENT, 64)) {
      try (RawClient asking = new RawClient(port(door))) {
        asking.send(POST + "\r\n" + REQUEST);
        asking.endOutput();
        assertThat(asking.rest()).startsWith("HTTP/1.1 200");
      }
      for (String begun : List.of("", LIVE, POST + "\r\n{")) {
        try (RawClient half = new RawClient(port(door))) {
          half.send(begun);
          half.endOutput();
          assertThat(half.rest()).as(begun).doesNotContain("HTTP/1.1 200");
        }
      }
    }
  }

  /** Its place is given back when its pass ends, although nobody reads the answer. */
  @Test
  void aClientThatLeavesDuringItsPass_holdsNoPlaceAfterwards() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CompletableFuture<Void> arrived = new CompletableFuture<>();
    hall.pass =
        inputs -> {
          arrived.complete(null);
          return gate.thenApply(unused -> FakeModel.doubled(inputs));
        };
    try (DoorFixture door = open(DoorFixture.PATIENT, 1)) {
      try (RawClient leaving = new RawClient(port(door))) {
        leaving.send(POST + "\r\n" + REQUEST);
        arrived.join();
        assertThat(door.infer("hall", REQUEST).statusCode()).isEqualTo(429);
      }
      gate.complete(null);
      while (door.infer("hall", REQUEST).statusCode() != 200) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(hall.passes).hasValue(2);
    }
  }

  /** Each sends a byte now and then; four times as many as there may be are seen to end. */
  @Test
  void tenThousandConnections_endInTurns_andOthersAreAnswered() throws Exception {
    List<SocketChannel> flood = new ArrayList<>();
    try (DoorFixture door = open(new HttpDoor.Patience(1_000, 500, 600_000, 60_000), 64)) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port(door));
      int most = mostConnections();
      for (int i = 0; i < most; i++) {
        SocketChannel channel = SocketChannel.open();
        flood.add(channel);
        channel.configureBlocking(false);
        channel.connect(address);
      }
      int ended = 0;
      while (ended < Math.min(most, 4 * MOST_CONNECTIONS)) {
        ended += sendAByteOnEach(flood);
        assertThat(door.statusInTheEnd("hall", REQUEST)).isEqualTo(200);
      }
    } finally {
      for (SocketChannel channel : flood) {
        channel.close();
      }
    }
  }

  private static int mostConnections() {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long free = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount();
    return (int) Math.min(CONNECTIONS, free - 4L * MOST_CONNECTIONS);
  }

  /** How many the door has ended since the last time. */
  private static int sendAByteOnEach(List<SocketChannel> flood) throws IOException {
    int ended = 0;
    for (SocketChannel channel : flood) {
      try {
        if (channel.isOpen() && channel.finishConnect()) {
          channel.write(ByteBuffer.wrap("G".getBytes(StandardCharsets.US_ASCII)));
          if (channel.read(ByteBuffer.allocate(1)) < 0) {
            throw new IOException("ended");
          }
        }
      } catch (IOException e) {
        channel.close();
        ended++;
      }
    }
    return ended;
  }
}
