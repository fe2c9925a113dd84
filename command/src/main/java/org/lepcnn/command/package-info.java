/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * What all commands share: {@link org.lepcnn.command.Voice} says how they fail, {@link
 * org.lepcnn.command.Output} how they print, {@link org.lepcnn.command.KernelOption} what computes
 * their layers, {@link org.lepcnn.command.Subcommand} how one is added from another module.
 */
@Internal
package org.lepcnn.command;

import org.lepcnn.core.api.Internal;
