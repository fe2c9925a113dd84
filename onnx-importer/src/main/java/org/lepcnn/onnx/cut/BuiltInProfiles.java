/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.util.List;
import java.util.Locale;
import org.lepcnn.onnx.cut.DeviceProfile.Elements;
import org.lepcnn.onnx.cut.DeviceProfile.Energy;
import org.lepcnn.onnx.cut.DeviceProfile.Transport;

/**
 * Profiles for who has not measured a device yet. That of x86 is measured; those of small cores are
 * computed from published figures. docs/cut.md has the sources and the arithmetic.
 */
public final class BuiltInProfiles {
  /** Where nobody names one: the weaker of two common small computers. */
  public static final String DEFAULT = "cortex-a72";

  /** The edge of all of them: a core of the machine of docs/performance.md. */
  private static final LayerSpeeds EDGE = new LayerSpeeds(0.0065, 0.0125, 0.1, 0.08);

  private static final DeviceProfile X86 =
      new DeviceProfile(
          "x86-avx512",
          "measured steps of the device (docs/performance.md, Intel Xeon with AVX512-VNNI and AMX, broker and"
              + " edge on the same 2 cores); stages, layers, edge and transport fitted to measured passes;"
              + " energy estimated",
          new Elements(1.1, 0.59, 1.57, 0.8, 0.9),
          new LayerSpeeds(0.0126, 0.0126, 0.08, 0.2),
          EDGE,
          new Transport(1400, 4.8, 4.45),
          new Energy(10, 2.5));

  private static final DeviceProfile A76 =
      new DeviceProfile(
          "cortex-a76",
          "model, not measured: published peaks of a Raspberry Pi 5 (2.4 GHz, AES instructions) at half"
              + " speed; 1 Gb/s Ethernet; Kafka's client scaled from x86",
          new Elements(7.1, 1.04, 8.54, 1.04, 1.25),
          new LayerSpeeds(0.104, 0.104, 0.42, 0.47),
          EDGE,
          new Transport(2000, 19.6, 11.2),
          new Energy(1.2, 2.5));

  private static final DeviceProfile A72 =
      new DeviceProfile(
          "cortex-a72",
          "model, not measured: published figures of a Raspberry Pi 4 (1.8 GHz, no AES instructions) with"
              + " peaks at half speed; 1 Gb/s Ethernet; Kafka's client scaled from x86",
          new Elements(113.7, 2.8, 166, 2.8, 3.3),
          new LayerSpeeds(0.278, 0.278, 1.1, 0.73),
          EDGE,
          new Transport(3000, 28, 20),
          new Energy(0.93, 2.5));

  private static final DeviceProfile A53 =
      new DeviceProfile(
          "cortex-a53",
          "model, not measured: published figures of a Raspberry Pi 3 (1.4 GHz, no AES instructions) with"
              + " peaks at half speed; 100 Mb/s Ethernet; Kafka's client scaled from x86",
          new Elements(89.1, 3.6, 156, 3.6, 4.3),
          new LayerSpeeds(0.357, 0.357, 1.4, 1.8),
          EDGE,
          new Transport(5000, 126, 45),
          new Energy(0.57, 25));

  private static final List<DeviceProfile> ALL = List.of(X86, A76, A72, A53);

  private BuiltInProfiles() {}

  /** The profile of a name; null when none has it. */
  static DeviceProfile find(String name) {
    return ALL.stream()
        .filter(profile -> profile.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElse(null);
  }

  /** Their names. */
  public static List<String> names() {
    return ALL.stream().map(DeviceProfile::name).toList();
  }
}
