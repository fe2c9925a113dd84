/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * {@code lepcnn gateway}: a command of {@code lepcnn}, and a program of its own for machines that
 * hold nothing but a gateway.
 */
@Internal
package org.lepcnn.gateway.command;

import org.lepcnn.core.api.Internal;
