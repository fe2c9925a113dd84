/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Child JVMs that never outlive their parent.
 *
 * <p>A parent keeps the standard input of each child open and writes nothing to it; the child runs
 * under {@link org.lepcnn.process.ParentWatch}, which ends the process when that input ends. The
 * operating system closes the pipe however the parent dies, SIGKILL included.
 */
@Internal
package org.lepcnn.process;

import org.lepcnn.core.api.Internal;
