/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The one form of a linear layer, and its defining sum. */
package org.lepcnn.core.linear;
