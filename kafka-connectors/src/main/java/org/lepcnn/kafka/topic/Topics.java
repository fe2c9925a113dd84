/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.topic;

import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.text.Printable;

/**
 * The names of the topics.
 *
 * <p>A gateway's name is 1 to 64 letters, digits, '-' or '_', starting with a letter or digit. It
 * holds no '.', so that names of topics never differ in '.' against '_' alone (Kafka's metrics
 * cannot tell such topics apart) and a gateway's topics are not another one's prefix plus a dot.
 * The name of a deleted gateway is not used again.
 */
public final class Topics {
  /** Prefix of the topics that carry masked requests and claims. */
  public static final String REQUESTS_PREFIX = "lepcnn.requests.";

  /** Prefix of the topics that carry results and replies. */
  public static final String RESULTS_PREFIX = "lepcnn.results.";

  /** Onboarded models, compacted, keyed by fingerprint. */
  public static final String MODELS = "lepcnn.models";

  /** Enrolled devices, compacted, keyed by device id. */
  public static final String DEVICES = "lepcnn.devices";

  /** What was refused and why, keyed by device id. */
  public static final String REJECTED = "lepcnn.rejected";

  private static final String GATEWAY_REGEX = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";
  private static final Pattern GATEWAY = Pattern.compile(GATEWAY_REGEX);

  /** All request topics, for a subscription by pattern. */
  public static final Pattern REQUESTS_PATTERN =
      Pattern.compile(Pattern.quote(REQUESTS_PREFIX) + GATEWAY_REGEX);

  private Topics() {}

  /**
   * Checks a gateway's name.
   *
   * @return the name
   */
  public static String checkGateway(String gateway) {
    if (gateway == null || !GATEWAY.matcher(gateway).matches()) {
      throw BadInputException.about("Gateway name")
          .expected("1 to 64 letters, digits, '-' or '_', starting with a letter or digit")
          .found("'" + Printable.name(gateway) + "'");
    }
    return gateway;
  }

  /** The topic of a gateway's requests. */
  public static String requests(String gateway) {
    return REQUESTS_PREFIX + checkGateway(gateway);
  }

  /** Whether a topic is one of requests. */
  public static boolean isRequests(String topic) {
    return REQUESTS_PATTERN.matcher(topic).matches();
  }

  /** The topic of a gateway's results. */
  public static String results(String gateway) {
    return RESULTS_PREFIX + checkGateway(gateway);
  }

  /** Whether a topic keeps the newest record of each key for ever. */
  static boolean isCompacted(String topic) {
    return topic.equals(MODELS) || topic.equals(DEVICES);
  }

  /** The gateway of a requests topic. */
  public static String gatewayOf(String requestsTopic) {
    if (requestsTopic == null || !requestsTopic.startsWith(REQUESTS_PREFIX)) {
      throw BadInputException.about("Requests topic")
          .expected("a name that starts with '" + REQUESTS_PREFIX + "'")
          .found("'" + Printable.name(requestsTopic) + "'");
    }
    return checkGateway(requestsTopic.substring(REQUESTS_PREFIX.length()));
  }

  /**
   * Where the answers to a request go: this follows from the request's topic and from nothing in
   * the record, so that the broker's access control decides who gets results.
   */
  public static String resultsFor(String requestsTopic) {
    return results(gatewayOf(requestsTopic));
  }
}
