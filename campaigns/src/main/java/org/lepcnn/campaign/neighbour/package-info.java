/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Devices that flood, and what it costs the one beside them. */
package org.lepcnn.campaign.neighbour;
