/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The three kinds of failure that are not defects, each with its exit status. */
@PublicApi
package org.lepcnn.core.error;

import org.lepcnn.core.api.PublicApi;
