/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.Map;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;

/**
 * What one input gave through the private path and through the plain integer network.
 *
 * @param exact every layer's integer results and every output are the same, bit for bit
 * @param integrityOk the private path accepted every result of the edge
 * @param outputs of the private path, by name; those of the plain network when {@code integrityOk}
 *     is false
 * @param pass measurements of the private pass; null when {@code integrityOk} is false
 */
public record CheckedInput(
    boolean exact, boolean integrityOk, Map<String, HostTensor> outputs, PassResult pass) {
  /** The same for one row of a batch. */
  public CheckedInput withOutputs(Map<String, HostTensor> row) {
    return new CheckedInput(exact, integrityOk, row, pass);
  }
}
