/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The records on the wire, generated from the schemas in {@code src/main/avro}.
 *
 * <p>Not null-marked: Avro's builders and empty constructors leave fields null until they are set.
 */
@NullUnmarked
@PublicApi
package org.lepcnn.kafka.wire;

import org.jspecify.annotations.NullUnmarked;
import org.lepcnn.core.api.PublicApi;
