/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Addresses. */
@PublicApi
package org.lepcnn.core.net;

import org.lepcnn.core.api.PublicApi;
