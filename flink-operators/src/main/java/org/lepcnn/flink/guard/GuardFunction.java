/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.flink.EdgeMetrics;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.Readiness;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.outbox.Outbox;
import org.lepcnn.flink.outbox.TopicView;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.OutgoingRecord;
import org.lepcnn.flink.record.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims, releases and the replay guard, keyed by device id, behind {@link
 * org.lepcnn.flink.admission.Admission}. Rounds that pass are the output; answers to claims and
 * releases, and refusals, a side output.
 *
 * <p>What needs no state comes first and writes none: the request must not be expired, its results
 * topic must be there and admit the results, and for a round the model must be loaded in this
 * process. A claim is recorded before the model is loaded and answered {@code NOT_READY}, so that
 * its sender repeats it and nobody else gets its passes; a release needs no model. A claim or
 * release that is older than its lifetime is recorded, too, and answered {@code EXPIRED}: after a
 * failure the log is read again from the last checkpoint, and what was accepted then must not be
 * forgotten because the restart took long. What nobody accepted does no harm: the passes of a claim
 * that was ever sent are used up for every other instance, and who repeats a claim or release is
 * answered as before. The state is one {@link DeviceGuard} per device, bounded as {@link
 * ReplayGuard} says.
 */
public final class GuardFunction
    extends KeyedProcessFunction<String, AssembledRequest, AssembledRequest> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(GuardFunction.class);
  private static final String STATE_NAME = "device-guard";
  private static final Verdict EXPIRED =
      new Verdict(EdgeErrorCode.EXPIRED, "the request waited longer than its lifetime");

  private final EdgeSettings settings;
  private final OutputTag<OutgoingRecord> notices;
  private transient EdgeControl control;
  private transient TopicView topics;
  private transient Outbox outbox;
  private transient ReplayGuard guard;
  private transient ValueState<DeviceGuard> state;

  /**
   * @param notices the side output for answers to claims and refusals
   */
  public GuardFunction(EdgeSettings settings, OutputTag<OutgoingRecord> notices) {
    this.settings = settings;
    this.notices = notices;
  }

  @Override
  public void open(OpenContext context) throws InterruptedException {
    topics = settings.topics().open();
    control = settings.openControl();
    outbox = new Outbox(topics, new EdgeMetrics(getRuntimeContext().getMetricGroup()));
    guard = new ReplayGuard(settings.guard());
    state =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>(STATE_NAME, DeviceGuardSerializer.INSTANCE));
    boolean unused = Readiness.await(control, settings.readyWait());
  }

  @Override
  public void processElement(
      AssembledRequest request, Context context, Collector<AssembledRequest> out) throws Exception {
    RequestHeader header = request.header();
    long now = topics.clock().brokerMillis(context.timerService().currentProcessingTime());
    ModelState model = control.models().find(header.model());
    Verdict verdict = admit(header, model, now);
    if (verdict.accepted()) {
      verdict = judge(request);
    }
    if (verdict.accepted() && isLate(header, now)) {
      verdict = EXPIRED;
    }
    if (verdict.accepted() && header.call() instanceof PassClaim && model.isComing()) {
      verdict = refused(model);
    }
    if (!verdict.accepted()) {
      emit(context, outbox.refuse(header, verdict.refusal(), verdict.detail()));
    } else if (header.isRound()) {
      out.collect(request);
    } else {
      emit(context, outbox.accept(header));
    }
  }

  @Override
  public void close() {
    if (control != null) {
      control.close();
    }
    if (topics != null) {
      topics.close();
    }
  }

  private Verdict admit(RequestHeader header, ModelState model, long now) {
    if (header.isRound() && isLate(header, now)) {
      return EXPIRED;
    }
    if (model.refusal() != null && (header.isRound() || !model.isComing())) {
      return refused(model);
    }
    int largest = header.isRound() ? model.model().largestResultBatch(header.asRound().round()) : 0;
    return switch (outbox.resultsFit(header, largest)) {
      case FITS -> Verdict.ACCEPTED;
      case TOO_SMALL ->
          new Verdict(
              EdgeErrorCode.TOO_LARGE,
              "the results topic's max.message.bytes must be at least " + largest);
      case MISSING -> new Verdict(EdgeErrorCode.NOT_READY, "the results topic is missing");
      case UNKNOWN -> new Verdict(EdgeErrorCode.NOT_READY, "the results topic is not known yet");
    };
  }

  private static boolean isLate(RequestHeader header, long brokerMillis) {
    return header.expiresAtMillis() < brokerMillis;
  }

  private static Verdict refused(ModelState model) {
    return new Verdict(model.refusal().code(), model.refusal().detail());
  }

  private Verdict judge(AssembledRequest request) throws IOException {
    DeviceGuard device = state.value();
    if (device == null) {
      device = new DeviceGuard();
    }
    Verdict verdict = judge(device, request);
    if (verdict.accepted()) {
      state.update(device);
    }
    return verdict;
  }

  private Verdict judge(DeviceGuard device, AssembledRequest request) {
    try {
      Enrolment enrolment = control.enrolment(request.header().device());
      // whose enrolment is not known any more has nothing that may give way
      return guard.judge(
          device,
          request.header().call(),
          request.digest(),
          enrolment == null ? Enrolment.OPEN : enrolment);
    } catch (RuntimeException e) { // a defect of ours must not become a way to stop the job
      LOG.error("Judging {}", request.header(), e);
      return new Verdict(EdgeErrorCode.INTERNAL, "the guard failed");
    }
  }

  private void emit(Context context, List<OutgoingRecord> records) {
    for (OutgoingRecord record : records) {
      context.output(notices, record);
    }
  }
}
