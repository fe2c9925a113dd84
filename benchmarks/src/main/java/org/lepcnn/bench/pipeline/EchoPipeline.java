/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.util.List;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.bench.plainjob.EchoRound;
import org.lepcnn.bench.plainjob.PlainOperator;

/**
 * The floor of every round: a job of the edge's shape that answers each round's records with zeros
 * of the size of its results, and does nothing else.
 */
final class EchoPipeline implements AutoCloseable {
  private final BaselineJob job;
  private final List<EchoRound> rounds;

  private EchoPipeline(BaselineJob job, List<EchoRound> rounds) {
    this.job = job;
    this.rounds = rounds;
  }

  /**
   * Starts the job and waits until it has answered once.
   *
   * @param rounds of the model; at least one
   */
  static EchoPipeline start(BaselineJob.Place place, List<EchoRound> rounds) {
    BaselineJob job = BaselineJob.start(place, PlainOperator.ECHO, List.of());
    try {
      EchoPipeline pipeline = new EchoPipeline(job, rounds);
      pipeline.passMillis("first");
      return pipeline;
    } catch (RuntimeException e) {
      job.close();
      throw e;
    }
  }

  /**
   * One round after the other, as in a pass.
   *
   * @return the time from handing each round over until its results were there, in milliseconds
   */
  double[] passMillis(String device) {
    double[] millis = new double[rounds.size()];
    for (int round = 0; round < millis.length; round++) {
      long before = System.nanoTime();
      job.gateway().echo(device, rounds.get(round)).join();
      millis[round] = (System.nanoTime() - before) / Timing.NANOS_PER_MILLI;
    }
    return millis;
  }

  @Override
  public void close() {
    job.close();
  }
}
