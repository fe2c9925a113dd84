/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What the edge knows of devices and models: one view per process, shared by all operators of a
 * job.
 *
 * <p>A thread reads {@code lepcnn.models} and {@code lepcnn.devices} from the beginning at every
 * start, and follows them; until it has seen what was there at the start the view is not ready and
 * requests are answered {@code NOT_READY}. The last record of a key counts. A record that cannot be
 * read is logged and counted. A tombstone removes a device or model, but not a revocation: that is
 * a record.
 *
 * <p>While the broker is away the last view stays. A topic that was deleted and made again is read
 * anew, into an empty view.
 */
@NullMarked
@PublicApi
package org.lepcnn.flink.control;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
