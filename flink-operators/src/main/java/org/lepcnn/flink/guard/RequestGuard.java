/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.flink.answer.WritableAnswers;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests that were let in, apart from Flink's plumbing, behind {@link
 * org.lepcnn.flink.admission.Admission}.
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
public final class RequestGuard {
  private static final Logger LOG = LoggerFactory.getLogger(RequestGuard.class);
  private static final Verdict EXPIRED =
      Verdict.refuse(EdgeErrorCode.EXPIRED, "the request waited longer than its lifetime");

  private final EdgeControl control;
  private final WritableAnswers answers;
  private final ReplayGuard guard;

  public RequestGuard(GuardLimits limits, OpenServices services) {
    this.control = services.control();
    this.answers = services.answers();
    this.guard = new ReplayGuard(limits);
  }

  /** Where a device's state is kept. */
  public interface Memory {
    /** What is remembered of the request's device; null for nothing. */
    @Nullable DeviceGuard recall() throws IOException;

    void remember(DeviceGuard device) throws IOException;
  }

  /**
   * Takes a request: a round that may be computed goes on; a claim, a release and what is refused
   * are answered.
   *
   * @param nowMillis the processing time
   */
  public Handled<AssembledRequest> take(AssembledRequest request, Memory memory, long nowMillis)
      throws IOException {
    long brokerMillis = answers.clock().brokerMillis(nowMillis);
    RequestHeader header = request.header();
    ModelState model = control.models().find(header.model());
    Verdict verdict = withoutState(header, model, brokerMillis);
    if (verdict.accepted()) {
      verdict = judge(request, memory);
    }
    if (verdict.accepted() && isLate(header, brokerMillis)) {
      verdict = EXPIRED;
    }
    Refusal missing = model.refusal();
    if (verdict.accepted() && header.call() instanceof PassClaim && missing != null) {
      verdict = new Verdict(missing);
    }
    Refusal refusal = verdict.refusal();
    if (refusal != null) {
      return Handled.told(answers.refuse(header, refusal));
    }
    return header.isRound() ? Handled.passed(request) : Handled.told(answers.accept(header));
  }

  private Verdict withoutState(RequestHeader header, ModelState model, long brokerMillis) {
    if (header.isRound() && isLate(header, brokerMillis)) {
      return EXPIRED;
    }
    Refusal missing = model.refusal();
    if (missing != null && (header.isRound() || !model.isComing())) {
      return new Verdict(missing);
    }
    int largest =
        header.isRound() ? model.require().largestResultBatch(header.asRound().round()) : 0;
    return switch (answers.resultsFit(header, largest)) {
      case FITS -> Verdict.ACCEPTED;
      case TOO_SMALL ->
          Verdict.refuse(
              EdgeErrorCode.TOO_LARGE,
              "the results topic's max.message.bytes must be at least " + largest);
      case MISSING -> Verdict.refuse(EdgeErrorCode.NOT_READY, "the results topic is missing");
      case UNKNOWN -> Verdict.refuse(EdgeErrorCode.NOT_READY, "the results topic is not known yet");
    };
  }

  private static boolean isLate(RequestHeader header, long brokerMillis) {
    return header.expiresAtMillis() < brokerMillis;
  }

  private Verdict judge(AssembledRequest request, Memory memory) throws IOException {
    DeviceGuard device = memory.recall();
    if (device == null) {
      device = new DeviceGuard();
    }
    Verdict verdict = judge(device, request);
    if (verdict.accepted()) {
      memory.remember(device);
    }
    return verdict;
  }

  private Verdict judge(DeviceGuard device, AssembledRequest request) {
    try {
      RequestHeader header = request.header();
      return guard.judge(device, header.call(), request.digest(), excluded(header.device()));
    } catch (RuntimeException e) { // a defect of ours must not become a way to stop the job
      LOG.error("Judging {}", request.header(), e);
      return Verdict.refuse(EdgeErrorCode.INTERNAL, "the guard failed");
    }
  }

  /** What the enrolment excludes; the device may have lost it since the request was admitted. */
  private ExcludedChains excluded(String device) {
    Enrolment enrolment = control.enrolment(device);
    return enrolment == null ? ExcludedChains.NONE : ExcludedChains.by(enrolment);
  }
}
