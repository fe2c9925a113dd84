/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Devices that flood, and what it costs the one beside them. */
@Internal
package org.lepcnn.campaign.neighbour;

import org.lepcnn.core.api.Internal;
