/**
 * The gateway's way to the edge over Kafka: masked data out, unchecked results in.
 *
 * <p>{@link org.lepcnn.kafka.transport.KafkaEdgeTransport} keeps one {@code Exchange} for every
 * claim or round without an answer. The caller's thread encodes and sends; a timer thread sends the
 * identical bytes again and ends what is over its time; a reader thread consumes the results topic
 * and puts results together. It completes the futures as well, and the device runtime goes on with
 * them on its own threads: an answer changes its thread once.
 */
@NullMarked
@PublicApi
package org.lepcnn.kafka.transport;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
