/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.input;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;

/**
 * Inputs of the right type and shape that mean nothing, always the same: floating-point numbers
 * from 0 to 1, or pictures of samples from 0 to 255; any bytes; and of other whole numbers, which
 * may be indices, 0 and 1.
 */
public final class MadeUpInputs {
  private static final long SEED = 20_190_115;

  /** Of the pictures, one after the other: from single pixels to large areas. */
  private static final int[] GRAINS = {1, 4, 16, 64};

  private MadeUpInputs() {}

  /** As many maps of inputs by name. */
  public static List<Map<String, HostTensor>> make(List<ValueSpec> inputs, int count) {
    return make(inputs, count, Set.of());
  }

  /**
   * As {@link #make(List, int)}.
   *
   * @param bytes names of float32 inputs that want samples from 0 to 255
   */
  public static List<Map<String, HostTensor>> make(
      List<ValueSpec> inputs, int count, Set<String> bytes) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Map<String, HostTensor>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, HostTensor> values = new LinkedHashMap<>();
      int grain = GRAINS[i % GRAINS.length];
      for (ValueSpec spec : inputs) {
        boolean picture = spec.onnxType() == HostTensor.FLOAT && MadeUpPicture.fits(spec.shape());
        values.put(
            spec.name(),
            picture && bytes.contains(spec.name())
                ? HostTensor.of(MadeUpPicture.make(spec.shape(), grain, random), spec.shape())
                : make(spec, random));
      }
      all.add(values);
    }
    return all;
  }

  private static HostTensor make(ValueSpec spec, SplittableRandom random) {
    int size = 1;
    for (long dimension : spec.shape()) {
      size = Math.multiplyExact(size, Math.toIntExact(dimension));
    }
    return switch (spec.onnxType()) {
      case HostTensor.FLOAT -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = (float) random.nextDouble();
        }
        yield HostTensor.of(values, spec.shape());
      }
      case HostTensor.DOUBLE -> HostTensor.of(random.doubles(size).toArray(), spec.shape());
      case HostTensor.INT32 -> HostTensor.of(random.ints(size, 0, 2).toArray(), spec.shape());
      case HostTensor.INT64 -> HostTensor.of(random.longs(size, 0, 2).toArray(), spec.shape());
      case HostTensor.UINT8, HostTensor.INT8, HostTensor.BOOL -> {
        byte[] values = new byte[size];
        for (int i = 0; i < size; i++) {
          values[i] = (byte) random.nextInt(spec.onnxType() == HostTensor.BOOL ? 2 : 256);
        }
        yield HostTensor.ofBytes(spec.onnxType(), values, spec.shape());
      }
      default ->
          throw BadInputException.about("Making inputs up")
              .expected("numbers or booleans for the input '" + spec.name() + "'")
              .found(ElementType.name(spec.onnxType()), "Give test data.");
    };
  }
}
