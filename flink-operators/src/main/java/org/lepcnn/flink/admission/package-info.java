/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Who is let in, decided from a request's header before a byte of its payload is kept: enrolment,
 * gateway, model, range of passes, and quotas.
 *
 * <p>Everything that a sender can make grow is bounded here: buckets and remembered refusals are
 * least-recently-used maps of fixed size. A refused request costs a header's parsing and a few look
 * ups; how many refusals are answered is limited too, so that a sender far over its quota does not
 * turn the edge into a source of answers.
 */
@NullMarked
@Internal
package org.lepcnn.flink.admission;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
