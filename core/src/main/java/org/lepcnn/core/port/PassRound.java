/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import java.util.Objects;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;

/**
 * A round of a pass, asked for by the instance that claimed the pass. Its tensors travel beside it.
 *
 * @param pass the pass
 * @param round the round, from 0
 * @param instance the instance whose claim covers the pass
 */
public record PassRound(PassId pass, int round, InstanceId instance) implements EdgeCall {
  public PassRound {
    Objects.requireNonNull(pass, "pass");
    Objects.requireNonNull(instance, "instance");
    if (round < 0) {
      throw BadInputException.about("Round").expected("a number from 0").found(round);
    }
  }

  @Override
  public String device() {
    return pass.device();
  }

  @Override
  public ChainId chain() {
    return pass.chain();
  }

  @Override
  public Fingerprint model() {
    return pass.model();
  }

  @Override
  public long highestPass() {
    return pass.pass();
  }

  @Override
  public CallId id() {
    return new CallId.OfRound(pass, round);
  }
}
