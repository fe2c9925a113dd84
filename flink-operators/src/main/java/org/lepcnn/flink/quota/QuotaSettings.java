/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import java.io.Serializable;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;

/**
 * The quotas of devices whose record names none.
 *
 * @param requestsPerSecond rounds and claims; 0 for no limit
 * @param bytesPerSecond of masked tensors; 0 for no limit
 */
@PublicApi
public record QuotaSettings(long requestsPerSecond, long bytesPerSecond) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A thousand requests and 64 MiB a second. */
  public static final QuotaSettings DEFAULT = new QuotaSettings(1_000, 64L << 20);

  /** No limits. */
  public static final QuotaSettings UNLIMITED = new QuotaSettings(0, 0);

  public QuotaSettings {
    if (requestsPerSecond < 0 || bytesPerSecond < 0) {
      throw BadInputException.about("Quotas")
          .expected("numbers from 0 (no limit)")
          .found(requestsPerSecond + " requests and " + bytesPerSecond + " bytes a second");
    }
  }
}
