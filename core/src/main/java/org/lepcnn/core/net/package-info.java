/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Addresses. */
@NullMarked
@PublicApi
package org.lepcnn.core.net;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
