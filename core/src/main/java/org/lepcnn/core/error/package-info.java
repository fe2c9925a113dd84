/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** The three kinds of failure that are not defects, each with its exit status. */
package org.lepcnn.core.error;
