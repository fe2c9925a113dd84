/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lepcnn.gateway.protocol.FakeModel;

/** Clients that send garbage, too much, too slowly, or nothing. */
class HostileClientsTest {
  private static final String REQUEST =
      "{\"inputs\":[{\"name\":\"picture\",\"shape\":[1,2,3],\"datatype\":\"FP32\","
          + "\"data\":[1,2,3,4,5,6]}]}";
  private static final String POST =
      "POST /v2/models/hall/infer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

  /** Impatient, so that a test ends soon; no test judges when. */
  private static final HttpDoor.Patience IMPATIENT = new HttpDoor.Patience(500, 60_000, 1, 60_000);

  private final FakeModel hall = FakeModel.doubling("hall");
  private final DoorFixture door =
      new DoorFixture(DoorFixture.limits(1 << 20, 32, 64), IMPATIENT, hall);
  private final int port = door.door.address().getPort();

  @AfterEach
  void isStillThere() throws Exception {
    assertThat(door.statusInTheEnd("hall", REQUEST)).isEqualTo(200);
    door.close();
  }

  @Test
  void garbage_isRefusedInTheProtocolsForm() throws Exception {
    for (String text :
        List.of(
            "GET /v2//models HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /v2/%2e%2e/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n",
            "GET /v2 HTTP/1.1\r\nHost: localhost\r\nX y\r\n\r\n",
            "\u0016\u0003\u0001\u0002\r\n\r\n")) {
      String answer = RawClient.ask(port, text);
      assertThat(answer).as(text).startsWith("HTTP/1.1 400").contains("{\"error\":\"HTTP 400");
    }
  }

  @Test
  void randomBytes_endNothing() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[1 + random.nextInt(300)];
      random.nextBytes(bytes);
      String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
      assertThat(RawClient.ask(port, text + "\r\n\r\n")).doesNotContain("HTTP/1.1 5");
    }
  }

  @Test
  void hugeHeaders_areRefused() throws Exception {
    String answer =
        RawClient.ask(port, POST + "X: " + "x".repeat(9_000) + "\r\nContent-Length: 0\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 431").contains("{\"error\"");
  }

  @Test
  void lengthsThatContradict_areRefused() throws Exception {
    for (String headers :
        List.of(
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999\r\n")) {
      assertThat(RawClient.ask(port, POST + headers + "\r\nhello"))
          .as(headers)
          .startsWith("HTTP/1.1 400");
    }
    assertThat(hall.passes).hasValue(0);
  }

  @Test
  void aBodyThatStops_isEnded() throws Exception {
    String answer = RawClient.ask(port, POST + "Content-Length: 1000\r\n\r\n{\"inputs\"");
    assertThat(answer).startsWith("HTTP/1.1 408");
    assertThat(hall.passes).hasValue(0);
  }

  @Test
  void aBodyThatTrickles_isEnded() throws Exception {
    try (RawClient slow = new RawClient(port)) {
      slow.send(POST + "Content-Length: 1000000\r\n\r\n");
      String[] answer = new String[1];
      Thread reader = new Thread(() -> answer[0] = slow.rest());
      reader.start();
      while (reader.isAlive()) {
        try {
          slow.send("x");
        } catch (java.io.IOException e) {
          break;
        }
        reader.join(20);
      }
      reader.join();
      assertThat(answer[0]).containsAnyOf("HTTP/1.1 408", "<reset>");
    }
  }

  @Test
  void brokenChunks_areRefused() throws Exception {
    String answer = RawClient.ask(port, POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400");
  }

  @Test
  void clientsThatLeave_leaveNothing() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (RawClient client = new RawClient(port)) {
        client.send(POST + "Content-Length: " + (1 << 20) + "\r\n\r\n{\"inputs\":[");
      }
    }
  }

  /** More connections than there may be: whoever does nothing makes room for who does. */
  @Test
  void silentConnections_makeRoom() throws Exception {
    List<RawClient> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 64; i++) {
        silent.add(new RawClient(port));
      }
      assertThat(door.statusInTheEnd("hall", REQUEST)).isEqualTo(200);
    } finally {
      for (RawClient client : silent) {
        client.close();
      }
    }
  }
}
