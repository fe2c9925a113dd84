/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** {@code lepcnn bench}. */
@Internal
package org.lepcnn.bench.command;

import org.lepcnn.core.api.Internal;
