/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.answer;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.flink.clock.BrokerClock;

/**
 * What is known of the topics that the job writes to, and of the broker's time. Never blocks;
 * thread-safe.
 */
@PublicApi
public interface TopicView extends AutoCloseable {
  /** Whether a record can be written. */
  enum Fit {
    /** The topic is there and admits the record. */
    FITS,
    /** The topic's {@code max.message.bytes} is lower than the record needs. */
    TOO_SMALL,
    /** The topic does not exist, or did not when the view was refreshed last. */
    MISSING,
    /** The view was never filled. */
    UNKNOWN
  }

  /**
   * Looks a topic up.
   *
   * @param topic its name
   * @param batchBytes the size of the record as the broker sees it
   */
  Fit check(String topic, int batchBytes);

  /** What time it is at the broker; all who share a view share the clock. */
  BrokerClock clock();

  @Override
  void close();

  /** Opens views; travels in the job graph. */
  @FunctionalInterface
  interface Provider extends Serializable {
    TopicView open();
  }
}
