/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Where residues go: into arrays, or into the bytes in which they travel, so that nobody copies a
 * result from one form to the other.
 *
 * <p>Only results: kernels read the channels of an input in runs that lie far apart, and to read
 * these from a record that is not in a cache costs more than one copy in order.
 */
@NullMarked
@Internal
package org.lepcnn.core.residue;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
