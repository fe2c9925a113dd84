/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Seeded fuzzing for the tests of all modules: {@link org.lepcnn.core.fuzz.ByteMutator} damages
 * bytes and sequences, {@link org.lepcnn.core.fuzz.FuzzRun} counts what comes of it. Every attempt
 * has a number and is made of that number and the seed alone, so that one is repeated without those
 * before it.
 */
package org.lepcnn.core.fuzz;
