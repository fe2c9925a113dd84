/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The campaign against the gateway's HTTP door: many clients, while what lies behind it dies. */
@Internal
package org.lepcnn.campaign.door;

import org.lepcnn.core.api.Internal;
