/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.flink.control.EdgeControl;
import org.lepcnn.flink.kernel.LoadedModel;
import org.lepcnn.flink.model.ModelState;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.record.Refusal;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.kafka.topic.Topics;

/**
 * Decides from a request's header whether it is let in, in this order: lifetime, what was published
 * is known, device, its gateway, its model, its chain, range of passes, the model is published and
 * loaded. Quotas come last and are asked for separately, because a round pays once and not per
 * chunk. A claim or release does not need the model loaded, and may be older than its lifetime:
 * what it says must reach the guard, which may have forgotten it in a failure and read it again.
 * Thread-safe.
 */
public final class Admission {
  /** No chain is that long: at a thousand passes a second it would last 34 years. */
  public static final long MAX_PASS = 1L << 40;

  private final EdgeControl control;

  public Admission(EdgeControl control) {
    this.control = control;
  }

  /**
   * What admission says.
   *
   * @param enrolment what the device may do; null when it is not enrolled or nothing is known yet
   * @param model the model, loaded; null when the request is refused, and may be for one that is no
   *     round
   * @param refusal null when the request is let in
   */
  public record Decision(Enrolment enrolment, LoadedModel model, Refusal refusal) {
    static Decision refuse(Enrolment enrolment, EdgeErrorCode code, String detail) {
      return new Decision(enrolment, null, new Refusal(code, detail));
    }
  }

  /**
   * Decides on a header.
   *
   * @param brokerMillis the time at the broker
   */
  public Decision admit(RequestHeader header, long brokerMillis) {
    Enrolment enrolment = control.enrolment(header.device());
    if (header.isRound() && header.expiresAtMillis() < brokerMillis) {
      long late = brokerMillis - header.expiresAtMillis();
      return Decision.refuse(
          enrolment,
          EdgeErrorCode.EXPIRED,
          "the request is " + late + " ms older than its lifetime");
    }
    if (!control.isReady()) {
      return Decision.refuse(
          enrolment, EdgeErrorCode.NOT_READY, "enrolled devices and models are being read");
    }
    Refusal refusal = refusal(header, enrolment);
    if (refusal != null) {
      return new Decision(enrolment, null, refusal);
    }
    ModelState model = control.models().find(header.model());
    boolean needless = !header.isRound() && model.isComing();
    return new Decision(enrolment, model.model(), needless ? null : model.refusal());
  }

  /** Why a new request of that size may not be let in now; null when it may and is paid for. */
  public Refusal pay(RequestHeader header, Enrolment enrolment, long bytes, long nowMillis) {
    return control.quotas().take(header.device(), enrolment, bytes, nowMillis);
  }

  /** Charges a record that was not part of a request let in, such as a wrong or doubled chunk. */
  public void charge(RequestHeader header, Enrolment enrolment, long bytes, long nowMillis) {
    control.quotas().charge(header.device(), enrolment, 1, bytes, nowMillis);
  }

  /** Whether the device's next chunks of an open round may be looked at. */
  public boolean mayGoOn(RequestHeader header, Enrolment enrolment, long nowMillis) {
    return !control.quotas().indebted(header.device(), enrolment, nowMillis);
  }

  private static Refusal refusal(RequestHeader header, Enrolment enrolment) {
    if (enrolment == null) {
      return new Refusal(
          EdgeErrorCode.UNKNOWN_DEVICE,
          "device " + header.device() + " is not enrolled; see 'lepcnn devices enrol'");
    }
    if (enrolment.revoked()) {
      return notAuthorised("device " + header.device() + " is revoked");
    }
    if (!enrolment.speaksThrough(gateway(header))) {
      return notAuthorised("device " + header.device() + " is enrolled for another gateway");
    }
    if (!enrolment.mayUse(header.model())) {
      return notAuthorised(
          "device " + header.device() + " may not use model " + header.model().shortName());
    }
    if (!enrolment.mayUse(header.chain())) {
      return notAuthorised(
          ("device %s is enrolled for other chains than %s; "
                  + "see 'lepcnn devices enrol --chain'")
              .formatted(header.device(), header.chain()));
    }
    if (header.call().highestPass() >= MAX_PASS) {
      return new Refusal(
          EdgeErrorCode.PASS_OUT_OF_RANGE,
          "expected passes below " + MAX_PASS + "; found " + header.call().highestPass());
    }
    return null;
  }

  private static String gateway(RequestHeader header) {
    try {
      return Topics.gatewayOf(header.topic());
    } catch (BadInputException e) {
      return "";
    }
  }

  private static Refusal notAuthorised(String detail) {
    return new Refusal(EdgeErrorCode.NOT_AUTHORISED, detail);
  }
}
