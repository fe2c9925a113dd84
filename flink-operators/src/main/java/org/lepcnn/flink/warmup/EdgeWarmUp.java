/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.warmup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.flink.answer.TopicView;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.clock.BrokerClock;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenControl;
import org.lepcnn.flink.decode.AssemblyLimits;
import org.lepcnn.flink.decode.RequestDecoder;
import org.lepcnn.flink.decode.RoundAssembler;
import org.lepcnn.flink.guard.DeviceGuard;
import org.lepcnn.flink.guard.GuardLimits;
import org.lepcnn.flink.guard.RequestGuard;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.RoundComputer;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.AssembledRequestSerializer;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.kafka.codec.RequestCodec;
import org.lepcnn.kafka.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes of zeros from the Kafka record of a request to the Kafka records of its results, through
 * what the operators of a pipeline consist of: {@link RequestDecoder}, the serializer before the
 * guard, {@link RequestGuard}, {@link RoundComputer} and {@link WritableAnswers}. Nothing is read
 * or written, no state of the job is touched, no metric is registered.
 */
public final class EdgeWarmUp {
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
  private final WritableAnswers answers;
  private final RequestDecoder decoder;
  private final RoundComputer computer;
  private final RequestGuard guard;
  private final DataOutputSerializer wire = new DataOutputSerializer(1 << 16);
  private final DataInputDeserializer wireIn = new DataInputDeserializer();
  private final int[] zeros;

  private EdgeWarmUp(LoadedModel model) {
    this.model = model;
    EdgeMetrics metrics = new EdgeMetrics(new UnregisteredMetricsGroup());
    this.answers = new WritableAnswers(new EverythingFits(), metrics);
    EdgeControl control = OpenControl.over(new OneModel(model));
    this.decoder =
        new RequestDecoder(new RoundAssembler(AssemblyLimits.DEFAULT), answers, control, metrics);
    this.guard = new RequestGuard(control, answers, GuardLimits.DEFAULT);
    this.computer = new RoundComputer(model);
    this.zeros =
        new int
            [model.plan().tensors().stream().mapToInt(MaskedTensorSpec::elements).max().orElse(0)];
  }

  /**
   * Warms up with the first model of this process, for a few seconds at most; later models find the
   * code compiled. What goes wrong is logged and costs the first passes some time, nothing else.
   */
  public static void once(LoadedModel model) {
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
        warmUp.pass();
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

  private void pass() throws IOException {
    OneDevice memory = new OneDevice();
    PassClaim claim = new PassClaim(DEVICE, CHAIN, model.fingerprint(), 0, 0, INSTANCE);
    byte[] announced = RequestCodec.current().encode(claim, LIFETIME_MILLIS);
    boolean unused = passesTheGuard(behindTheKeying(decoded(announced)), memory);
    for (int round = 0; round < model.plan().rounds(); round++) {
      AssembledRequest request = behindTheKeying(assembled(round));
      require(passesTheGuard(request, memory), "a round");
      for (RoundComputer.Computed computed : computer.compute(List.of(request))) {
        require(!computed.failed(), "a result");
        List<OutgoingRecord> results = answers.writable(computed.results());
        require(!results.isEmpty(), "results that can be written");
      }
    }
  }

  private boolean passesTheGuard(AssembledRequest request, OneDevice memory) throws IOException {
    long brokerMillis = answers.clock().brokerMillis(NOW_MILLIS);
    return guard.take(request, memory, brokerMillis).passes();
  }

  /** A round, sent whole; null when it was refused. */
  private @Nullable AssembledRequest assembled(int round) {
    PassId pass = new PassId(DEVICE, CHAIN, model.fingerprint(), 0);
    AssembledRequest request = null;
    for (MaskedTensorSpec tensor : model.plan().tensorsOfRound(round)) {
      for (byte[] chunk :
          RequestCodec.current()
              .encodeTensor(
                  pass, round, INSTANCE, tensor.id(), zeros, tensor.elements(), LIFETIME_MILLIS)) {
        request = decoded(chunk);
      }
    }
    return request;
  }

  /** The complete request, or null while chunks are missing. */
  private @Nullable AssembledRequest decoded(byte[] value) {
    InboundRecord record = new InboundRecord(TOPIC, 0, 0, NOW_MILLIS, value);
    return decoder.decode(record, NOW_MILLIS).request();
  }

  /** Through the serializer, as between decoder and guard. */
  private AssembledRequest behindTheKeying(@Nullable AssembledRequest request) throws IOException {
    if (request == null) {
      throw refused("a complete request");
    }
    wire.clear();
    AssembledRequestSerializer.INSTANCE.serialize(request, wire);
    wireIn.setBuffer(wire.getSharedBuffer(), 0, wire.length());
    return AssembledRequestSerializer.INSTANCE.deserialize(wireIn);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw refused(what);
    }
  }

  private static IllegalStateException refused(String what) {
    return new IllegalStateException("Warming up: expected " + what + "; it was refused");
  }

  /** The state of the device that asks. */
  private static final class OneDevice implements RequestGuard.Memory {
    private @Nullable DeviceGuard device;

    @Override
    public @Nullable DeviceGuard recall() {
      return device;
    }

    @Override
    public void remember(DeviceGuard changed) {
      device = changed;
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
