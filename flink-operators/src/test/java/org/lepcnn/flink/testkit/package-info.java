/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/** Models, requests and topics for tests. */
package org.lepcnn.flink.testkit;
