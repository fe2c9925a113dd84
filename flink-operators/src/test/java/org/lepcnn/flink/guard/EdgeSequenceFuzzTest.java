/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.fuzz.FuzzRun;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.model.FixedModel;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.testkit.FakeTopics;
import org.lepcnn.flink.testkit.TestModel;

/**
 * Random and damaged sequences of claims, releases, rounds and repeats of several senders, from the
 * record to the guard's verdict, against {@link SequenceOracle}. A failure names its seed and
 * number.
 *
 * <p>A longer run: {@code ./mvnw verify -Pfuzz} with {@code -Dfuzz.requests=N} (sequences of
 * {@value #STEPS} records each) and {@code -Dfuzz.seed=S}.
 */
@Tag("slow")
class EdgeSequenceFuzzTest {
  private static final int STEPS = 300;

  @TempDir private static Path folder;
  private static List<TestModel> models;
  private static EdgeControl control;
  private static FakeTopics topics;

  @BeforeAll
  static void loadModels() {
    TestModel one = TestModel.write(folder.resolve("one")).load();
    TestModel other = TestModel.writeOther(folder.resolve("other")).load();
    models = List.of(one, other);
    control = OpenControl.over(new TwoModels(pool(one), pool(other)));
    topics = SequenceWorld.topics();
  }

  @AfterAll
  static void release() {
    control.close();
    models.forEach(TestModel::close);
  }

  @Test
  void sequences_neverContradictTheOracle() {
    ReplayGuard guard = new ReplayGuard(SequenceOracle.LIMITS);
    FuzzRun run =
        fuzz(GuardedLog.Judge.of(guard)).run(Long.getLong("fuzz.requests", 400), "served");

    System.out.println("Sequences of " + STEPS + " records: " + run);
    assertThat(run.surprises()).isEmpty();
    assertThat(run.outcomes()).containsKey("served");
  }

  /** The oracle would notice: an edge that accepts everything contradicts it. */
  @Test
  void anEdgeWithoutAGuard_contradictsTheOracle() {
    FuzzRun run = fuzz((device, request, digest) -> Verdict.ACCEPTED).run(20);

    assertThat(run.surprises()).isNotEmpty();
  }

  private static FuzzRun fuzz(GuardedLog.Judge judge) {
    return new FuzzRun(
        Long.getLong("fuzz.seed", 31),
        (random, number) -> {
          SequenceWorld world = new SequenceWorld(random, models, topics, control, judge);
          world.run(STEPS);
          return world.acceptedRounds() > 0 ? "served" : "refused all";
        });
  }

  private static ModelPool pool(TestModel model) {
    return new FixedModel(model.acquire());
  }

  /** Both models, loaded. */
  private record TwoModels(ModelPool one, ModelPool other) implements ModelPool {
    @Override
    public ModelState find(Fingerprint model) {
      ModelState found = one.find(model);
      return found.refusal() == null ? found : other.find(model);
    }

    @Override
    public ModelLease lease(Fingerprint model) {
      ModelLease found = one.lease(model);
      return found == null ? other.lease(model) : found;
    }

    @Override
    public String awaitLoaded(Duration timeout) throws InterruptedException {
      return one.awaitLoaded(timeout) + other.awaitLoaded(timeout);
    }

    @Override
    public void failWith(MailboxExecutor mailbox) {
      one.failWith(mailbox);
      other.failWith(mailbox);
    }

    @Override
    public void close() {
      one.close();
      other.close();
    }
  }
}
