/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

/**
 * What became of one access rule or quota that should be there.
 *
 * @param rule such as {@code User:edge may READ topics lepcnn.requests.*}
 * @param created whether it was made now; false when it was there
 */
public record AccessReport(String rule, boolean created) {}
