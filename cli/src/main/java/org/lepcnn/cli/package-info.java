/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The command line. */
@Internal
package org.lepcnn.cli;

import org.lepcnn.core.api.Internal;
