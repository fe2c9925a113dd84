/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What {@code lepcnn inspect} says of each kind of file. */
@Internal
package org.lepcnn.cli.inspect;

import org.lepcnn.core.api.Internal;
