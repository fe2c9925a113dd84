/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What a process has once for all who use it. */
@Internal
package org.lepcnn.core.shared;

import org.lepcnn.core.api.Internal;
