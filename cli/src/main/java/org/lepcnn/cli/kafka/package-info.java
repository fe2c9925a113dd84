/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Commands that set up a broker for the edge: topics, models, devices. */
@Internal
package org.lepcnn.cli.kafka;

import org.lepcnn.core.api.Internal;
