/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** JSON: what commands and the gateway print for programs, and what they read of others. */
package org.lepcnn.json;
