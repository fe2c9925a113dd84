/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** {@code kill -9} of TaskManager, JobManager and broker while passes run. */
@Internal
package org.lepcnn.campaign.edge;

import org.lepcnn.core.api.Internal;
