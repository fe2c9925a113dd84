/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The control topics, {@code lepcnn.models} and {@code lepcnn.devices}, as those who administer
 * them read and write them.
 */
@NullMarked
@PublicApi
package org.lepcnn.kafka.control;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
