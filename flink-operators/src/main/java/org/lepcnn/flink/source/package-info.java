/**
 * The source of requests: Kafka's source for Flink, with a consumer that steps over compressed
 * batches unread. Splits, offsets, enumerator and checkpoints are Kafka's source's own.
 */
@NullMarked
@Internal
package org.lepcnn.flink.source;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
