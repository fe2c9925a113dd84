/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.choice;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.provider.Arguments;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.onnxruntime.SevenBits;

/** The kernels that this machine can run: whoever is in {@link Kernels#NAMES} is tested. */
public final class KernelsHere {
  private KernelsHere() {}

  /** All but the oracle, and those of processors whose 8-bit products saturate. */
  public static List<KernelProvider> fast() {
    List<KernelProvider> providers = new ArrayList<>();
    for (String name : Kernels.NAMES) {
      if (!name.equals("scalar")) {
        find(name).ifPresent(providers::add);
      }
    }
    providers.add(SevenBits.kernels());
    return providers;
  }

  /** Every provider with every field. */
  public static List<Arguments> inEveryField(List<KernelProvider> providers) {
    List<Arguments> all = new ArrayList<>();
    for (KernelProvider provider : providers) {
      for (ResidueField field : ResidueField.values()) {
        all.add(Arguments.of(provider, field));
      }
    }
    return all;
  }

  /** A provider; empty where its library or processor is missing, or computes wrong sums. */
  public static Optional<KernelProvider> find(String name) {
    try {
      return Optional.of(Kernels.choose(name));
    } catch (EnvironmentException e) {
      return Optional.empty();
    }
  }
}
