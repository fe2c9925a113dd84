/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.kernel.ModelLease;
import org.lepcnn.flink.kernel.RoundComputer;
import org.lepcnn.flink.kernel.RoundComputer.Computed;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.MailboxOperatorFactory;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.Refusal;

/**
 * Computes masked rounds in micro-batches: when a kernel thread becomes free it takes what waits
 * for the same model and round, across devices, which take turns. Results are the output, failures
 * a side output.
 *
 * <p>The mailbox thread owns all bookkeeping; kernel threads compute and encode, and hand the
 * finished batch back through the mailbox. The number and the bytes of requests inside the operator
 * are bounded; at the bound a device with many requests waiting is refused its newest one, to come
 * again, so that one device cannot stop the input for all. Without such a device the operator
 * yields to the mailbox, which stops reading the input. It keeps no state: everything inside is
 * finished and emitted before a checkpoint's barrier, at the end of the input and before a stop, so
 * that no tensor is ever in a checkpoint.
 */
public final class KernelOperator extends AbstractStreamOperator<OutgoingRecord>
    implements OneInputStreamOperator<AssembledRequest, OutgoingRecord>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final Refusal MODEL_RELEASED =
      new Refusal(EdgeErrorCode.NOT_READY, "the model was released");
  private static final Refusal BUSY =
      new Refusal(
          EdgeErrorCode.NOT_READY, "the edge is busy, and many requests of this device wait");

  private final transient MailboxExecutor mailbox;
  private final EdgeServices services;
  private final BatchSettings settings;
  private final OutputTag<OutgoingRecord> notices;
  private transient OpenServices opened;
  private transient WritableAnswers answers;

  private transient Counter surplus;
  private transient Histogram batchSize;
  private transient Histogram kernelMicros;
  private transient BatchQueue queue;
  private transient ExecutorService threads;
  private transient int freeThreads;
  private transient int inside;
  private transient long insideBytes;
  private transient boolean draining;
  private transient boolean timerSet;

  private KernelOperator(
      StreamOperatorParameters<OutgoingRecord> parameters,
      MailboxExecutor mailbox,
      EdgeServices services,
      BatchSettings settings,
      OutputTag<OutgoingRecord> notices) {
    super(parameters);
    this.mailbox = mailbox;
    this.services = services;
    this.settings = settings;
    this.notices = notices;
  }

  /**
   * Makes the operator, to be chained to the guard.
   *
   * @param notices the side output for failures
   */
  public static MailboxOperatorFactory<AssembledRequest, OutgoingRecord> factory(
      EdgeServices services, BatchSettings settings, OutputTag<OutgoingRecord> notices) {
    return new MailboxOperatorFactory<>(
        KernelOperator.class,
        (parameters, mailbox) ->
            new KernelOperator(parameters, mailbox, services, settings, notices));
  }

  @Override
  public void open() throws Exception {
    super.open();
    opened = OpenServices.of(services, getMetricGroup());
    opened.control().models().failWith(mailbox);
    openMetrics(opened.metrics());
    answers = opened.answers();

    queue = new BatchQueue(settings);
    freeThreads = settings.threads();
    threads =
        Executors.newFixedThreadPool(
            freeThreads,
            task -> {
              Thread thread = new Thread(task, "lepcnn-kernel");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void processElement(StreamRecord<AssembledRequest> element) throws Exception {
    AssembledRequest request = element.getValue();
    queue.add(request, getProcessingTimeService().getCurrentProcessingTime());
    inside++;
    insideBytes += request.payloadBytes();
    dispatch();
    while (isOverfull()) {
      AssembledRequest surplus = queue.takeSurplus();
      if (surplus == null) {
        mailbox.yield();
      } else {
        refuseBusy(surplus);
      }
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    drain();
  }

  @Override
  public void endInput() throws Exception {
    drain();
  }

  @Override
  public void close() throws Exception {
    if (threads != null) {
      threads.shutdown();
    }
    if (opened != null) {
      opened.close(); // a batch that is being computed holds a share of its own
    }
    super.close();
  }

  private void openMetrics(EdgeMetrics edgeMetrics) {

    surplus = edgeMetrics.counter("surplus");
    batchSize = edgeMetrics.histogram("batchSize");
    kernelMicros = edgeMetrics.histogram("batchMicros");
    edgeMetrics.gauge("waiting", () -> queue.size());
    edgeMetrics.gauge("inside", () -> inside);
    edgeMetrics.gauge("insideBytes", () -> insideBytes);
  }

  private boolean isOverfull() {
    return inside > settings.queuedRequests()
        || (insideBytes > settings.queuedBytes() && inside > 1);
  }

  private void drain() throws InterruptedException {
    draining = true;
    try {
      dispatch();
      while (inside > 0) {
        mailbox.yield();
      }
    } finally {
      draining = false;
    }
  }

  private void dispatch() {
    while (freeThreads > 0 && !queue.isEmpty()) {
      long now = getProcessingTimeService().getCurrentProcessingTime();
      if (!draining && !queue.isDue(now)) {
        setTimer(queue.dueMillis());
        return;
      }
      start(queue.take());
    }
  }

  private void start(List<AssembledRequest> batch) {
    ModelLease share = opened.control().models().lease(batch.get(0).header().model());
    if (share == null) {
      refuse(batch);
      return;
    }
    freeThreads--;
    batchSize.update(batch.size());
    threads.execute(() -> compute(batch, share));
  }

  /** The model was released while the batch waited; the identical requests may come again. */
  private void refuse(List<AssembledRequest> batch) {
    for (AssembledRequest request : batch) {
      inside--;
      insideBytes -= request.payloadBytes();
      emit(answers.refuse(request.header(), MODEL_RELEASED));
    }
  }

  /** A device with many requests waiting: its newest one has to come again, identically. */
  private void refuseBusy(AssembledRequest request) {
    inside--;
    insideBytes -= request.payloadBytes();
    surplus.inc();
    emit(answers.refuse(request.header(), BUSY));
  }

  private void setTimer(long dueMillis) {
    if (!timerSet) {
      timerSet = true;
      var unused =
          getProcessingTimeService()
              .registerTimer(
                  dueMillis,
                  now -> {
                    timerSet = false;
                    dispatch();
                  });
    }
  }

  /** Runs in a kernel thread. */
  private void compute(List<AssembledRequest> batch, ModelLease share) {
    try (share) {
      long start = System.nanoTime();
      List<Computed> computed = new RoundComputer(share.require()).compute(batch);
      long micros = (System.nanoTime() - start) / 1_000;
      hand(() -> complete(computed, micros));
    } catch (Throwable e) { // not a failure of the requests: the task must learn of it
      hand(
          () -> {
            throw new IllegalStateException("A kernel thread failed", e);
          });
    }
  }

  private void hand(ThrowingRunnable<Exception> mail) {
    try {
      mailbox.execute(mail, "kernel batch");
    } catch (RejectedExecutionException e) {
      LOG.debug("The operator is closed; a batch is dropped", e);
    }
  }

  private void complete(List<Computed> batch, long micros) {
    freeThreads++;
    kernelMicros.update(micros);
    for (Computed computed : batch) {
      inside--;
      insideBytes -= computed.request().payloadBytes();
    }
    dispatch();
    for (Computed computed : batch) {
      Handled<OutgoingRecord> handled =
          answers.results(computed.request().header(), computed.results());
      handled.passed().forEach(result -> output.collect(new StreamRecord<>(result)));
      emit(handled.notices());
    }
  }

  private void emit(List<OutgoingRecord> records) {
    for (OutgoingRecord record : records) {
      output.collect(notices, new StreamRecord<>(record));
    }
  }
}
