/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.check;

import java.util.Arrays;
import java.util.Map;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * The one answer that a classifier's outputs tell: the label, where an output is a single whole
 * number, or else a single truth value, or else the index of the largest of the first scores; and
 * the name, where an output is a single text, or else where a truth value is the label. Scores are
 * floating-point numbers or bytes in a row, none of them NaN; several rows are several answers, or
 * a picture, and no one answer.
 *
 * @param label the answer as a number, true as 1; −1 when the outputs tell none
 * @param name the answer as a text; empty when the outputs tell none
 * @param score the largest score; NaN without scores
 */
public record TopAnswer(long label, String name, double score) {
  private static final long NONE = -1;

  public static TopAnswer of(Map<String, HostTensor> outputs) {
    long label = NONE;
    String name = "";
    TopAnswer truth = null;
    TopAnswer best = new TopAnswer(NONE, "", Double.NaN);
    for (HostTensor output : outputs.values()) {
      TensorElements elements = new TensorElements(output);
      if (elements.truths() && elements.size() == 1) {
        truth = truth == null ? ofTruth(elements.integer(0) != 0) : truth;
      } else if (elements.whole() && elements.size() == 1 && label == NONE) {
        label = elements.integer(0);
      } else if (elements.texts()) {
        name = elements.size() == 1 && name.isEmpty() ? elements.text(0) : name;
      } else if (best.label() == NONE && isScores(output, elements)) {
        best = largest(elements);
      }
    }
    if (label == NONE && truth != null) {
      return new TopAnswer(truth.label(), name.isEmpty() ? truth.name() : name, best.score());
    }
    return new TopAnswer(label == NONE ? best.label() : label, name, best.score());
  }

  private static TopAnswer ofTruth(boolean truth) {
    return new TopAnswer(truth ? 1 : 0, Boolean.toString(truth), Double.NaN);
  }

  boolean isThere() {
    return hasLabel() || !name.isEmpty();
  }

  boolean hasLabel() {
    return label != NONE;
  }

  boolean isSame(TopAnswer other) {
    return label == other.label && name.equals(other.name);
  }

  private static boolean isScores(HostTensor output, TensorElements elements) {
    boolean bytes = output.onnxType() == HostTensor.UINT8 || output.onnxType() == HostTensor.INT8;
    long longDimensions = Arrays.stream(output.shape()).filter(size -> size > 1).count();
    return longDimensions == 1 && elements.size() > 1 && (bytes || !elements.whole());
  }

  /** The first of equals; none when one is NaN. */
  private static TopAnswer largest(TensorElements elements) {
    int best = 0;
    for (int i = 0; i < elements.size(); i++) {
      if (Double.isNaN(elements.number(i))) {
        return new TopAnswer(NONE, "", Double.NaN);
      }
      best = elements.number(i) > elements.number(best) ? i : best;
    }
    return new TopAnswer(best, "", elements.number(best));
  }
}
