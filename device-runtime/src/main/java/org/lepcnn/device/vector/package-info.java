/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * The device's loops in vector instructions, by the Vector API of the JDK ({@code
 * jdk.incubator.vector}). They give the same bits as the plain loops that stand beside every use,
 * 1.4 to 1.9 times as fast (docs/lab/device.md), and run only in a JVM that was started with {@code
 * --add-modules jdk.incubator.vector}; nothing depends on them.
 *
 * <p>Only what JDK 17 and the latest release have in common is used: loading from and storing to
 * arrays, lane-wise arithmetic, shifts, conversions by reinterpretation and {@code int} to {@code
 * float}. No masks: JDK 17 does not leave them to the hardware yet.
 */
@NullMarked
@Internal
package org.lepcnn.device.vector;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
