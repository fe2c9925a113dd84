/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** {@code lepcnn bench}. */
package org.lepcnn.bench.command;
