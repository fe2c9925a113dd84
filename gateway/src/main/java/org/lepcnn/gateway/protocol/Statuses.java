/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.concurrent.CompletionException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.text.Printable;
import org.lepcnn.device.integrity.FaultyKernelException;
import org.lepcnn.device.supply.DryTablesException;
import org.lepcnn.gateway.BusyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statuses of failures. What may succeed when it is sent again is 503 with the time after which
 * to do so, or 429. What fails again, and would use up a pass each time, is not: clients repeat
 * every 5xx of their own accord.
 */
public final class Statuses {
  public static final int NOT_READY = 400;
  public static final int BAD_REQUEST = 400;
  public static final int UNAUTHORIZED = 401;
  public static final int FORBIDDEN = 403;
  public static final int NOT_FOUND = 404;
  public static final int METHOD_NOT_ALLOWED = 405;
  public static final int TOO_SLOW = 408;
  public static final int TOO_LARGE = 413;
  public static final int UNSUPPORTED_ENCODING = 415;

  /** What a pass depends on failed: the edge's answer was forged, or the edge refuses for good. */
  public static final int FAILED_DEPENDENCY = 424;

  public static final int TOO_MANY_REQUESTS = 429;
  public static final int INTERNAL_ERROR = 500;
  public static final int UNAVAILABLE = 503;

  private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);
  private static final int SOON_SECONDS = 1;
  private static final int LATER_SECONDS = 5;
  private static final int OWNER_SECONDS = 60;

  private Statuses() {}

  /** The answer to a request that failed. */
  public static DoorAnswer answer(Throwable failure) {
    Throwable cause = unwrap(failure);
    int status = status(cause);
    if (status != INTERNAL_ERROR) {
      return DoorAnswer.error(status, retryAfter(cause, status), Printable.reason(cause));
    }
    LOG.warn("A request failed", cause);
    return DoorAnswer.error(
        status, 0, "Internal error: the gateway's log says more. The request was not answered.");
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static int status(Throwable failure) {
    if (failure instanceof RefusedRequestException refused) {
      return refused.status();
    }
    if (failure instanceof CorruptFileException || failure instanceof FaultyKernelException) {
      return INTERNAL_ERROR; // files and code of the gateway's
    }
    if (failure instanceof BadInputException) {
      return BAD_REQUEST;
    }
    if (failure instanceof EdgeRefusedException refused && refused.code().retriable()) {
      return UNAVAILABLE;
    }
    if (failure instanceof RefusedException) {
      return FAILED_DEPENDENCY;
    }
    return failure instanceof EnvironmentException ? UNAVAILABLE : INTERNAL_ERROR;
  }

  /** How long to wait before the same request is worth a try; 0 when it is not. */
  public static int retryAfter(Throwable failure, int status) {
    if (status != UNAVAILABLE && status != TOO_MANY_REQUESTS) {
      return 0;
    }
    if (failure instanceof DryTablesException) {
      return OWNER_SECONDS;
    }
    boolean soon = failure instanceof BusyException || failure instanceof RefusedRequestException;
    return soon ? SOON_SECONDS : LATER_SECONDS;
  }
}
