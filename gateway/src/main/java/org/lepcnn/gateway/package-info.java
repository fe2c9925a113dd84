/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The long-running gateway: inputs as lines of JSON or as files in folders, answers as lines of
 * JSON. Its contract is in {@code docs/operations/gateway.md}.
 */
@Internal
package org.lepcnn.gateway;

import org.lepcnn.core.api.Internal;
