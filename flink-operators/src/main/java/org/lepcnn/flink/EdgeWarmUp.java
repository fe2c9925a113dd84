/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes of zeros from the Kafka records of their requests to the Kafka records of their results,
 * through {@link EdgeSteps}, as the job has them. Nothing is read or written, no state of the job
 * is touched, no metric is registered.
 */
final class EdgeWarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeWarmUp.class);
  private static final int MAX_PASSES = 400;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final AtomicBoolean DONE = new AtomicBoolean();

  private static final String DEVICE = "warm-up";
  private static final String TOPIC = Topics.requests(DEVICE);
  private static final ChainId CHAIN = new ChainId(0, 0);
  private static final InstanceId INSTANCE = new InstanceId(0, 0);
  private static final long LIFETIME_MILLIS = 60_000;
  private static final long NOW_MILLIS = 0;

  private final LoadedModel model;
  private final EdgeStep.Part<InboundRecord, OutgoingRecord> edge;
  private final int[] zeros;

  private EdgeWarmUp(LoadedModel model) {
    this.model = model;
    OneModel pool = new OneModel(model);
    this.edge =
        EdgeSteps.of(EdgeSettings.of(warmUp -> OpenControl.over(pool), EverythingFits::new))
            .alone()
            .get();
    this.zeros =
        new int
            [model.plan().tensors().stream().mapToInt(MaskedTensorSpec::elements).max().orElse(0)];
  }

  /**
   * Warms up with the first model of this process, for a few seconds at most; later models find the
   * code compiled. What goes wrong is logged and costs the first passes some time, nothing else.
   */
  static void once(LoadedModel model) {
    if (DONE.compareAndSet(false, true)) {
      run(model, MAX_PASSES, MAX_NANOS);
    }
  }

  /**
   * Runs passes until one of the bounds is reached.
   *
   * @return the passes that were run
   */
  static int run(LoadedModel model, int maxPasses, long maxNanos) {
    long start = System.nanoTime();
    int passes = 0;
    try {
      EdgeWarmUp warmUp = new EdgeWarmUp(model);
      while (passes < maxPasses && System.nanoTime() - start < maxNanos) {
        warmUp.pass(passes);
        passes++;
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("The warm-up ended after {} passes", passes, e);
    }
    LOG.info(
        "Warmed up with {} passes in {} ms",
        passes,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    return passes;
  }

  private void pass(int number) throws IOException {
    PassClaim claim = new PassClaim(DEVICE, CHAIN, model.fingerprint(), number, number, INSTANCE);
    require(!send(RequestCodec.current().encode(claim, LIFETIME_MILLIS)).notices().isEmpty());
    PassId pass = new PassId(DEVICE, CHAIN, model.fingerprint(), number);
    for (int round = 0; round < model.plan().rounds(); round++) {
      require(!send(pass, round).passed().isEmpty());
    }
  }

  /** Sends a whole round; what came of its last chunk. */
  private Handled<OutgoingRecord> send(PassId pass, int round) throws IOException {
    Handled<OutgoingRecord> last = Handled.nothing();
    PassRound call = new PassRound(pass, round, INSTANCE);
    for (MaskedTensorSpec tensor : model.plan().tensorsOfRound(round)) {
      for (byte[] chunk :
          RequestCodec.current().encodeTensor(call, tensor, zeros, LIFETIME_MILLIS)) {
        last = send(chunk);
      }
    }
    return last;
  }

  private Handled<OutgoingRecord> send(byte[] value) throws IOException {
    return edge.take(new InboundRecord(TOPIC, 0, 0, NOW_MILLIS, value), NOW_MILLIS);
  }

  private static void require(boolean answered) {
    if (!answered) {
      throw new IllegalStateException("Warming up: a request was not answered");
    }
  }

  /** The model that is warmed up with. */
  private record OneModel(LoadedModel model) implements ModelPool {
    @Override
    public ModelState find(Fingerprint wanted) {
      return new ModelState(model, null);
    }

    @Override
    public ModelLease lease(Fingerprint wanted) {
      throw new UnsupportedOperationException("A warm-up computes with the model itself");
    }

    @Override
    public String awaitLoaded(Duration timeout) {
      return model.fingerprint().toString();
    }

    @Override
    public void failWith(MailboxExecutor mailbox) {
      // the model is there
    }

    @Override
    public void close() {
      // the model belongs to the caller
    }
  }

  private static final class EverythingFits implements TopicView {
    @Override
    public Fit check(String topic, int batchBytes) {
      return Fit.FITS;
    }

    @Override
    public BrokerClock clock() {
      return new BrokerClock();
    }

    @Override
    public void close() {
      // nothing to release
    }
  }
}
