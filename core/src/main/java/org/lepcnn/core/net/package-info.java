/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Addresses. */
package org.lepcnn.core.net;
