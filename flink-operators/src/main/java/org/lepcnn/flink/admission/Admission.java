/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.admission;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Plan;
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

  /** What admission says. */
  public sealed interface Decision {}

  /**
   * The request is let in.
   *
   * @param enrolment what the device may do
   * @param model the model, loaded; may be null for a request that is no round
   */
  public record Admitted(Enrolment enrolment, @Nullable LoadedModel model) implements Decision {
    /** The plan of a round's model. */
    public Plan planOfRound() {
      return Objects.requireNonNull(model, "a round is let in when its model is loaded").plan();
    }
  }

  /**
   * The request is refused.
   *
   * @param isEnrolled whether the device is known to be enrolled
   */
  public record Refused(boolean isEnrolled, Refusal refusal) implements Decision {}

  /**
   * Decides on a header.
   *
   * @param brokerMillis the time at the broker
   */
  public Decision admit(RequestHeader header, long brokerMillis) {
    Enrolment enrolment = control.enrolment(header.device());
    boolean isEnrolled = enrolment != null;
    if (header.isRound() && header.expiresAtMillis() < brokerMillis) {
      long late = brokerMillis - header.expiresAtMillis();
      return refuse(
          isEnrolled,
          EdgeErrorCode.EXPIRED,
          "the request is " + late + " ms older than its lifetime");
    }
    if (!control.isReady()) {
      return refuse(
          isEnrolled, EdgeErrorCode.NOT_READY, "enrolled devices and models are being read");
    }
    if (enrolment == null) {
      return refuse(
          false,
          EdgeErrorCode.UNKNOWN_DEVICE,
          "device " + header.device() + " is not enrolled; see 'lepcnn devices enrol'");
    }
    Refusal refusal = refusal(header, enrolment);
    return refusal == null ? askForTheModel(header, enrolment) : new Refused(true, refusal);
  }

  /** Why a new request of that size may not be let in now; null when it may and is paid for. */
  public @Nullable Refusal pay(
      RequestHeader header, Enrolment enrolment, long bytes, long nowMillis) {
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

  private Decision askForTheModel(RequestHeader header, Enrolment enrolment) {
    ModelState model = control.models().find(header.model());
    Refusal missing = model.refusal();
    boolean needless = !header.isRound() && model.isComing();
    return missing == null || needless
        ? new Admitted(enrolment, model.model())
        : new Refused(true, missing);
  }

  /** Why a device may not send that; null when it may. */
  private static @Nullable Refusal refusal(RequestHeader header, Enrolment enrolment) {
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

  private static Refused refuse(boolean isEnrolled, EdgeErrorCode code, String detail) {
    return new Refused(isEnrolled, new Refusal(code, detail));
  }

  private static Refusal notAuthorised(String detail) {
    return new Refusal(EdgeErrorCode.NOT_AUTHORISED, detail);
  }
}
