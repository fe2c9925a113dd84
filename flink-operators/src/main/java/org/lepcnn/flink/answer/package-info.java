/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The last gate before the sinks: only a record that its topic exists for, and admits, is emitted.
 *
 * <p>A KafkaSink that meets a missing topic blocks its task for a minute and then fails the job,
 * and a record over a topic's {@code max.message.bytes} fails it at once, again after every
 * restart. So every operator asks a cached view of the topics first.
 */
@NullMarked
@Internal
package org.lepcnn.flink.answer;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
