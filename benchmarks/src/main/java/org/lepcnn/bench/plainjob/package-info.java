/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Streaming jobs as baselines: one operator between the same source, sink and settings as the edge
 * job. The operator is a whole float network, unmasked (the plain job), or one that only answers
 * with as many bytes as it is asked for (the echo, which is the floor of a round). Each runs in a
 * process of its own, whose class path is the edge's libraries and this module's classes; nothing
 * of it is part of the edge that is shipped, and nothing of it protects anything.
 *
 * <p>Records, both ways: one byte with the length of the device id, the id in ASCII, the number of
 * the call as a big-endian 64-bit integer, the number of records asked for as a big-endian 32-bit
 * integer, for each of them its values as such an integer, then the record's own float32 values,
 * little-endian. The plain job gets the inputs of the network in its order and answers with its
 * outputs; it is asked for nothing. The echo gets zeros and answers with zeros.
 */
@Internal
package org.lepcnn.bench.plainjob;

import org.lepcnn.core.api.Internal;
