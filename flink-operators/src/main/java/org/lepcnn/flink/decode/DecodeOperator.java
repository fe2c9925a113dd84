/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import java.util.List;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.control.Readiness;
import org.lepcnn.flink.metric.EdgeMetrics;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.MailboxOperatorFactory;
import org.lepcnn.flink.record.OutgoingRecord;

/**
 * Decodes, validates and assembles requests, chained to the source. Complete requests are the
 * output; replies and rejections a side output. Keeps no state: incomplete requests are dropped on
 * failure. Nothing is read before {@link Readiness} lets it.
 */
public final class DecodeOperator extends AbstractStreamOperator<AssembledRequest>
    implements OneInputStreamOperator<InboundRecord, AssembledRequest> {
  private static final long serialVersionUID = 1L;

  private final transient MailboxExecutor mailbox;
  private final EdgeServices services;
  private final AssemblyLimits assembly;
  private final OutputTag<OutgoingRecord> notices;
  private transient OpenServices opened;
  private transient RequestDecoder decoder;
  private transient long sweepMillis;

  private DecodeOperator(
      StreamOperatorParameters<AssembledRequest> parameters,
      MailboxExecutor mailbox,
      EdgeServices services,
      AssemblyLimits assembly,
      OutputTag<OutgoingRecord> notices) {
    super(parameters);
    this.mailbox = mailbox;
    this.services = services;
    this.assembly = assembly;
    this.notices = notices;
  }

  /**
   * Makes the operator, to be applied before the keyBy.
   *
   * @param notices the side output for replies and rejections
   */
  public static MailboxOperatorFactory<InboundRecord, AssembledRequest> factory(
      EdgeServices services, AssemblyLimits assembly, OutputTag<OutgoingRecord> notices) {
    return new MailboxOperatorFactory<>(
        DecodeOperator.class,
        (parameters, mailbox) ->
            new DecodeOperator(parameters, mailbox, services, assembly, notices));
  }

  @Override
  public void open() throws Exception {
    super.open();
    opened = OpenServices.of(services, getMetricGroup());
    EdgeControl control = opened.control();
    control.models().failWith(mailbox);
    AssemblyLimits limits = assembly.withinHeap(subtasksOfProcess());
    decoder = new RequestDecoder(new RoundAssembler(limits), opened);
    EdgeMetrics metrics = opened.metrics();
    control.figures().forEach((name, figure) -> metrics.gauge(name, figure::getAsLong));
    sweepMillis = Math.max(1, limits.timeoutMillis() / 4);
    services.awaitReadiness(control);
    scheduleSweep();
  }

  @Override
  public void processElement(StreamRecord<InboundRecord> element) {
    long now = getProcessingTimeService().getCurrentProcessingTime();
    Handled<AssembledRequest> handled = decoder.decode(element.getValue(), now);
    handled.passed().forEach(request -> output.collect(new StreamRecord<>(request)));
    emit(handled.notices());
  }

  @Override
  public void close() throws Exception {
    if (opened != null) {
      opened.close();
    }
    super.close();
  }

  private int subtasksOfProcess() {
    int slots =
        getContainingTask()
            .getEnvironment()
            .getTaskManagerInfo()
            .getConfiguration()
            .get(TaskManagerOptions.NUM_TASK_SLOTS);
    return Math.min(slots, getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
  }

  private void scheduleSweep() {
    long next = getProcessingTimeService().getCurrentProcessingTime() + sweepMillis;
    var unused = getProcessingTimeService().registerTimer(next, this::sweep);
  }

  private void sweep(long nowMillis) {
    emit(decoder.expire(nowMillis));
    scheduleSweep();
  }

  private void emit(List<OutgoingRecord> records) {
    for (OutgoingRecord record : records) {
      output.collect(notices, new StreamRecord<>(record));
    }
  }
}
