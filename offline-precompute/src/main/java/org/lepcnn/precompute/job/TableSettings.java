/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.io.Serializable;

/**
 * What every table of a run has in common; part of the job graph. Names and paths only: whoever
 * reads the job graph learns where the owner file lies, not what is in it.
 *
 * @param ownerFile path of the owner file on the TaskManagers
 * @param bundle path of the model bundle there
 * @param output path of the output folder there
 * @param device the device id
 * @param model the fingerprint, hexadecimal
 * @param challengesPerLayer 1 or 2
 * @param kernels how to get kernels there
 */
public record TableSettings(
    String ownerFile,
    String bundle,
    String output,
    String device,
    String model,
    int challengesPerLayer,
    KernelChoice kernels)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
