/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The models that a process serves: one from a folder, or those that are published, fetched into a
 * cache folder, verified, and loaded off the mailbox threads.
 */
@NullMarked
@Internal
package org.lepcnn.flink.model;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
