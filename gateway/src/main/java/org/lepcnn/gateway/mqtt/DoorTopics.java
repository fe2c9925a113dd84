/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.util.regex.Pattern;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * The topics of a door.
 *
 * @param prefix what all of them begin with
 * @param gateway the gateway's name
 */
record DoorTopics(String prefix, String gateway) {
  private static final String INFER = "/infer";
  private static final int MOST_CHARACTERS = 1_024;

  /** What a publisher may not name: filters, and the topics of the broker's own. */
  private static final Pattern NO_TOPIC = Pattern.compile("^\\$|[+#\\p{Cntrl}]|^$");

  /** Where requests for a session come in. */
  String infer(String session) {
    return prefix + "/" + session + INFER;
  }

  /** Where answers to requests without a response topic go. */
  String answers(String session) {
    return prefix + "/" + session + "/answers";
  }

  /** Where the gateway says whether it is there. */
  String state() {
    return prefix + "/gateway/" + gateway + "/state";
  }

  /** The session that a topic of requests names, whether there is one or not. */
  String session(String topic) {
    int end = topic.length() - INFER.length();
    int begin = prefix.length() + 1;
    return topic.startsWith(prefix + "/") && topic.endsWith(INFER) && begin < end
        ? topic.substring(begin, end)
        : "";
  }

  /**
   * Checks where an answer is to go. One that went to a topic of requests would be a request, and
   * so on without end; one that went to the gateways' states would forge them.
   *
   * @throws RefusedRequestException no answer may go there
   */
  void checkResponse(String topic) {
    if (topic.length() > MOST_CHARACTERS || NO_TOPIC.matcher(topic).find()) {
      throw refused("a topic of at most " + MOST_CHARACTERS + " characters, without + # $", topic);
    }
    if (topic.endsWith(INFER) || topic.startsWith(prefix + "/gateway/")) {
      throw refused("a topic that neither takes requests nor tells a gateway's state", topic);
    }
  }

  private static RefusedRequestException refused(String expected, String found) {
    return RefusedRequestException.about(Statuses.BAD_REQUEST, "Response topic of a request")
        .expected(expected)
        .found("'" + Printable.name(found) + "'");
  }
}
