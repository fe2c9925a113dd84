/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The ready edge job and its commands: {@link org.lepcnn.edge.EdgeJob} for {@code flink run},
 * {@link org.lepcnn.edge.EdgeMain} to run it in one process, submit it, ask for its state and stop
 * it.
 *
 * <p>Nothing here handles a secret, and nothing here can reach the code that does.
 */
@Internal
package org.lepcnn.edge;

import org.lepcnn.core.api.Internal;
