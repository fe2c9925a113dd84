/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** What a benchmark found: a table for people, JSON, a chart. */
package org.lepcnn.bench.report;
