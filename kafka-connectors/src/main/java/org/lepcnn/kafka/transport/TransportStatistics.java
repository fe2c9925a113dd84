/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

/**
 * What a transport has done since it was opened.
 *
 * @param recordsSent records handed to the producer, repetitions included
 * @param bytesSent their values' bytes
 * @param retries repetitions of claims and rounds
 * @param recordsReceived records read from the results topic
 * @param bytesReceived their values' bytes
 * @param duplicates chunks of open rounds that were there already
 * @param unexpected answers that nobody waits for (any more): late repetitions, other devices
 * @param malformed records that are no answers, or do not fit the plan, and compressed batches
 * @param refusals typed refusals that were meant for an open claim or round
 */
public record TransportStatistics(
    long recordsSent,
    long bytesSent,
    long retries,
    long recordsReceived,
    long bytesReceived,
    long duplicates,
    long unexpected,
    long malformed,
    long refusals) {}
