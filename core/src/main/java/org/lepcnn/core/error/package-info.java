/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The three kinds of failure that are not defects, each with its exit status. */
@NullMarked
@PublicApi
package org.lepcnn.core.error;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
