/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import java.util.List;
import java.util.Objects;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;

/**
 * What an enrolled device may do: the edge's record of it, without its name. Shared between devices
 * that may do the same. What is open is open by name, {@link #ANY} and {@link Allowed#all()}, and
 * never because something is absent.
 *
 * @param gateway the gateway that speaks for it; {@link #ANY} for all
 * @param models the models that it may use
 * @param chains the chains that it may use, of all its models
 * @param requestsPerSecond its quota of rounds and claims; 0 for the job's default
 * @param bytesPerSecond its quota of masked tensors; 0 for the job's default
 * @param revoked whether it may do nothing at all
 */
@PublicApi
public record Enrolment(
    String gateway,
    Allowed<Fingerprint> models,
    Allowed<ChainId> chains,
    long requestsPerSecond,
    long bytesPerSecond,
    boolean revoked) {
  public static final String ANY = "*";

  /** What every device may do on an edge without admission. */
  public static final Enrolment OPEN =
      new Enrolment(ANY, Allowed.all(), Allowed.all(), 0, 0, false);

  public Enrolment {
    Objects.requireNonNull(gateway, "gateway");
    Objects.requireNonNull(models, "models");
    Objects.requireNonNull(chains, "chains");
  }

  /** An enrolment for these models and no others, with the chains that come first. */
  public Enrolment(
      String gateway,
      List<Fingerprint> models,
      long requestsPerSecond,
      long bytesPerSecond,
      boolean revoked) {
    this(gateway, Allowed.only(models), Allowed.all(), requestsPerSecond, bytesPerSecond, revoked);
  }

  public boolean speaksThrough(String name) {
    return gateway.equals(ANY) || gateway.equals(name);
  }

  public boolean mayUse(Fingerprint model) {
    return models.includes(model);
  }

  public boolean mayUse(ChainId chain) {
    return chains.includes(chain);
  }
}
