/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * A plain streaming job as a baseline: a whole float network in one operator, unmasked, between the
 * same source, sink and settings as the edge job. It runs in a process of its own, whose class path
 * is the edge's libraries and this module's classes; nothing of it is part of the edge that is
 * shipped, and nothing of it protects anything.
 *
 * <p>Records, both ways: one byte with the length of the device id, the id in ASCII, the number of
 * the call as a big-endian 64-bit integer, then float32 values, little-endian: the inputs of the
 * network in its order, or its outputs.
 */
package org.lepcnn.bench.plainjob;
