/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

/**
 * How far a run has come.
 *
 * @param passesDone passes in tables so far; those of files that were there already count
 * @param passesTotal what the run will come to
 * @param filesDone complete files
 * @param filesTotal files of the run
 * @param bytes size of the complete files
 * @param seconds since the job was submitted
 */
public record Progress(
    long passesDone,
    long passesTotal,
    long filesDone,
    long filesTotal,
    long bytes,
    double seconds) {}
