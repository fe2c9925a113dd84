/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The command line. */
package org.lepcnn.cli;
