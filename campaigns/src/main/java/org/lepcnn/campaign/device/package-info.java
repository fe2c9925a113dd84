/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** {@code kill -9} of a device, at instants spread over everything that it does. */
@Internal
package org.lepcnn.campaign.device;

import org.lepcnn.core.api.Internal;
