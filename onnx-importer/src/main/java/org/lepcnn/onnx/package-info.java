/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * ONNX model in, model bundle out: {@link org.lepcnn.onnx.ModelImporter} is the entry, {@link
 * org.lepcnn.onnx.ImportReport} shows the result. The work is done in rooms, each of which knows
 * those before it:
 *
 * <ul>
 *   <li>{@link org.lepcnn.onnx.graph}: the model as a graph;
 *   <li>{@link org.lepcnn.onnx.read}: from an untrusted file to that graph;
 *   <li>{@link org.lepcnn.onnx.run}: what running it tells, constants, shapes, ranges;
 *   <li>{@link org.lepcnn.onnx.work}: how much every operator multiplies;
 *   <li>{@link org.lepcnn.onnx.layer}: what a linear layer is ({@code Recognizer}), and what around
 *       it folds into its weights ({@code Absorber});
 *   <li>{@link org.lepcnn.onnx.cut}: what a layer costs here and at the edge, and where a network
 *       is best cut;
 *   <li>{@link org.lepcnn.onnx.plan}: what is worth offloading ({@code OffloadRule}), how fine, and
 *       in which order everything runs ({@code Schedule}).
 * </ul>
 *
 * <p>The packages beside this one are the importer's own: applications use {@code ModelImporter},
 * its options and reports, {@code plan.Precision} and {@code plan.OffloadPolicy} with the types of
 * {@code cut} that it names.
 */
@PublicApi
package org.lepcnn.onnx;

import org.lepcnn.core.api.PublicApi;
