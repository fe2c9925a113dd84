/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The records on the wire, generated from the schemas in {@code src/main/avro}. */
@PublicApi
package org.lepcnn.kafka.wire;

import org.lepcnn.core.api.PublicApi;
