/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What campaigns run, the load that they make, and what they read of it afterwards. */
@Internal
package org.lepcnn.campaign.load;

import org.lepcnn.core.api.Internal;
