/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * Kernels on oneDNN, through JavaCPP. Natives of a process are loaded once: the jars of JavaCPP and
 * oneDNN belong to the application class path ({@code lib/} of a Flink cluster), never into a job
 * jar.
 */
@NullMarked
@Internal
package org.lepcnn.core.kernel.onednn;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
