/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What a benchmark found: a table for people, JSON, a chart. */
@Internal
package org.lepcnn.bench.report;

import org.lepcnn.core.api.Internal;
