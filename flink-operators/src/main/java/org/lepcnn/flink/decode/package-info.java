/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * From Kafka records to complete requests: decoding, validation against the plan, and assembly of
 * chunks in bounded memory. Nothing here is part of a checkpoint; what is lost in a failure is
 * repaired by the sender's identical retry.
 */
@NullMarked
@Internal
package org.lepcnn.flink.decode;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
