/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Text for people: what comes from outside is made printable here before it is shown, progress is
 * told, addresses are read.
 */
package org.lepcnn.core.text;
