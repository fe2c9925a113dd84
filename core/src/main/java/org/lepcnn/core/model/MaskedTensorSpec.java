/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import org.lepcnn.core.field.ResidueField;

/**
 * A tensor that the device masks and sends.
 *
 * @param id its number in the plan, from 0; part of every mask's derivation
 * @param round the round that carries it, from 0
 * @param elements its residues, in planar order
 * @param field what it and the layers that read it are computed in
 */
public record MaskedTensorSpec(int id, int round, int elements, ResidueField field) {
  /** Bytes of the tensor on the wire. */
  public long wireBytes() {
    return (long) elements * field.wireBytes();
  }
}
