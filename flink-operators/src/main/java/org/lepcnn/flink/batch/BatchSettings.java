/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * How rounds are batched.
 *
 * @param threads kernel threads per subtask, each computing one batch at a time
 * @param maxBatch the most requests in a batch
 * @param maxWaitMillis how long the first request of a batch waits for company when a thread is
 *     free; 0 starts at once
 * @param queuedRequests the most requests that wait or are computed; then a device with more than
 *     {@value BatchQueue#KEPT_PER_DEVICE} waiting is refused, and without such a one the input is
 *     not read
 * @param queuedBytes the most bytes of masked tensors that wait or are computed; one request is
 *     always let in
 */
@PublicApi
public record BatchSettings(
    int threads, int maxBatch, long maxWaitMillis, int queuedRequests, long queuedBytes)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** One thread, batches of up to 8, no waiting, up to 64 requests or 128 MiB. */
  public static final BatchSettings DEFAULT = new BatchSettings(1, 8, 0, 64, 128L << 20);

  public BatchSettings {
    if (threads < 1 || maxBatch < 1 || maxWaitMillis < 0 || queuedRequests < 1 || queuedBytes < 1) {
      throw BadInputException.about("Batch settings")
          .expected("positive numbers and a wait of at least 0 ms")
          .found(
              "%s threads, batches of %s, a wait of %s ms, %s requests and %s bytes"
                  .formatted(threads, maxBatch, maxWaitMillis, queuedRequests, queuedBytes));
    }
  }
}
