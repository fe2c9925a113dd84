/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The boundary between a device and the edge: ids, masked requests, unchecked results, refusals.
 */
@NullMarked
@PublicApi
package org.lepcnn.core.port;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
