/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import org.lepcnn.core.port.EdgeErrorCode;

/** Why a chunk is refused. */
record Refusal(EdgeErrorCode code, String detail) {}
