/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.batch;

import ai.onnxruntime.OnnxTensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.lepcnn.onnx.graph.Shapes;
import org.lepcnn.onnx.graph.Tensors;
import org.lepcnn.onnx.graph.ValueType;
import org.lepcnn.onnx.run.ElementForm;

/**
 * Random inputs of a batch, always the same ones: float32 numbers from −1 to 1, of other floating
 * point numbers 0 and a half, integers and booleans 0 and 1. One row may be exchanged for another
 * one, which is louder.
 */
final class RowInputs {
  /** No row is exchanged. */
  static final int NOTHING_CHANGED = -1;

  /** How many times larger the numbers of the exchanged row are. */
  static final int LOUD = 64;

  private static final long SEED = 2024;

  private final Map<String, ValueType> inputs;
  private final int batch;

  /**
   * @param inputs of one row
   */
  RowInputs(Map<String, ValueType> inputs, int batch) {
    this.inputs = inputs;
    this.batch = batch;
  }

  /** Does something with all rows. */
  <T> T withBatch(int changed, Function<Map<String, OnnxTensor>, T> use) {
    return with(0, batch, changed, use);
  }

  /** Does something with one row. */
  <T> T withRow(int row, int changed, Function<Map<String, OnnxTensor>, T> use) {
    return with(row, 1, changed, use);
  }

  private <T> T with(int from, int count, int changed, Function<Map<String, OnnxTensor>, T> use) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      int number = 0;
      for (Map.Entry<String, ValueType> input : inputs.entrySet()) {
        String name = input.getKey();
        long[] dims = Shapes.times(input.getValue().dims(), 0, count);
        ElementForm form = ElementForm.of(name, input.getValue());
        ByteBuffer data = form.room(dims);
        int elements = Math.toIntExact(Tensors.elements(input.getValue().dims()));
        for (int row = 0; row < count; row++) {
          int key = 2 * (number * batch + from + row);
          boolean exchanged = from + row == changed;
          SplittableRandom random = new SplittableRandom(SEED + key + (exchanged ? 1 : 0));
          fill(form, data, row * elements, elements, random, exchanged ? LOUD : 1);
        }
        tensors.put(name, form.tensor(name, data, dims));
        number++;
      }
      return use.apply(tensors);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private void fill(
      ElementForm form, ByteBuffer data, int at, int count, SplittableRandom random, int loud) {
    for (int i = at; i < at + count && form.bytes() > 0; i++) {
      if (form.isFloat()) {
        float value = (float) (2 * random.nextDouble() - 1) * loud;
        form.put(data, i, Float.floatToRawIntBits(value));
      } else {
        form.put(data, i, random.nextBoolean() ? form.one() : 0);
      }
    }
  }
}
