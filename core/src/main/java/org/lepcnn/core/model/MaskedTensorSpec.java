/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

/**
 * A tensor that the device masks and sends.
 *
 * @param id its number in the plan, from 0; part of every mask's derivation
 * @param round the round that carries it, from 0
 * @param elements its residues, in planar order
 */
public record MaskedTensorSpec(int id, int round, int elements) {}
