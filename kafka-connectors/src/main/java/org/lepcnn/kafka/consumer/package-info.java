/**
 * Consumers that never unpack what they read.
 *
 * <p>Kafka's consumer unpacks compressed batches while it reads them, and takes as much memory for
 * a record as the batch says that it has: 20 KB on the wire can ask for 700 MB and more. No setting
 * limits that. Everything that writes the topics of lepcnn writes it uncompressed, so the consumers
 * here look at the header of every batch before anything is unpacked, and put a {@link
 * org.lepcnn.kafka.consumer.PackedBatch marker} in the place of a compressed one. Offsets move on
 * as if it had been read.
 */
@NullMarked
@Internal
package org.lepcnn.kafka.consumer;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
