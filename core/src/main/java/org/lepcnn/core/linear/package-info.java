/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The one form of a linear layer, and its defining sum. */
@PublicApi
package org.lepcnn.core.linear;

import org.lepcnn.core.api.PublicApi;
