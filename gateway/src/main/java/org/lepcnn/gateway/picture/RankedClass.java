/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.lepcnn.core.model.Naming;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.stage.TensorElements;

/**
 * One of the best classes of an answer.
 *
 * @param label its number
 * @param name its name; null where nobody named it
 * @param score its probability, or the score as the model gives it
 */
public record RankedClass(int label, String name, double score) {
  /**
   * The best classes, the best first; of equals the first. None where a score is NaN, or all are
   * infinite.
   *
   * @param outputs of a pass
   * @param top how many, at most
   */
  public static List<RankedClass> of(Map<String, HostTensor> outputs, Naming naming, int top) {
    HostTensor output = outputs.get(naming.output());
    TensorElements elements = new TensorElements(output);
    double[] scores = IntStream.range(0, elements.size()).mapToDouble(elements::number).toArray();
    if (naming.softmax()) {
      softmax(scores);
    }
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      return List.of();
    }
    List<RankedClass> best = new ArrayList<>();
    IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
        .limit(top)
        .forEach(label -> best.add(new RankedClass(label, name(naming, label), scores[label])));
    return best;
  }

  /** As {@link #of(Map, Naming, int)}, as many as the model's importer said. */
  public static List<RankedClass> of(Map<String, HostTensor> outputs, Naming naming) {
    return of(outputs, naming, naming.top());
  }

  private static String name(Naming naming, int label) {
    return label < naming.names().size() ? naming.names().get(label) : null;
  }

  private static void softmax(double[] scores) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      largest = Math.max(largest, score);
    }
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - largest);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
  }
}
