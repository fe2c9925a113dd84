/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What is told of private inferences: tables and a self-contained HTML report. */
@Internal
package org.lepcnn.cli.report;

import org.lepcnn.core.api.Internal;
