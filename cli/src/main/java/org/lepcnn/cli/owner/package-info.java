/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Commands of the model's owner and of a device: keys, grants, states and tables. */
@Internal
package org.lepcnn.cli.owner;

import org.lepcnn.core.api.Internal;
