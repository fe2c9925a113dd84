/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What the pages of the gateway and the reports of the command line share. */
@NullMarked
@Internal
package org.lepcnn.gateway.page;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
