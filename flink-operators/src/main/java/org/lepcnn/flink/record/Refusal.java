/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.port.EdgeErrorCode;

/**
 * Why a request is refused.
 *
 * @param code for programs
 * @param detail for people, without payload
 */
@PublicApi
public record Refusal(EdgeErrorCode code, String detail) {}
