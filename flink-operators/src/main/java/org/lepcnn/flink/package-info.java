/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The edge: operators of Flink that answer masked requests from Kafka with masked results.
 *
 * <pre>
 *   requests (KafkaSource) → decode, validate, assemble → keyBy(device) → admission, claims, replay
 *   guard → masked linear kernel → results (KafkaSink)
 *                    └─ replies and rejections of all three operators → notices (KafkaSink)
 * </pre>
 *
 * <p>{@link org.lepcnn.flink.EdgeSources}, {@link org.lepcnn.flink.EdgeSinks} and {@link
 * org.lepcnn.flink.EdgePipeline} are for pipelines of one's own; module {@code edge-job} has the
 * ready job.
 *
 * <p>Nothing here handles a secret, and nothing here can reach the code that does. What a client
 * sends cannot fail the job: it becomes a typed reply, a record on {@code lepcnn.rejected}, or a
 * count.
 */
@NullMarked
@PublicApi
package org.lepcnn.flink;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
