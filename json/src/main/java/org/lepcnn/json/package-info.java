/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** JSON: what commands and the gateway print for programs, and what they read of others. */
@Internal
package org.lepcnn.json;

import org.lepcnn.core.api.Internal;
