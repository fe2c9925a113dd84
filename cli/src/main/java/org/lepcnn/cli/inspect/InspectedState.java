/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.state.StateDescription;
import org.lepcnn.gateway.PassesLeft;
import org.lepcnn.json.Result;

/** What {@code lepcnn inspect} says of a device's state. */
@JsonPropertyOrder("kind")
record InspectedState(List<Chain> chains, List<String> retired) implements Result {
  @JsonProperty
  String kind() {
    return "state";
  }

  @Override
  public String text() {
    StringBuilder text = new StringBuilder("Device state");
    chains.forEach(chain -> text.append(chain.line()));
    if (chains.stream().anyMatch(chain -> chain.passesLeft() == null)) {
      text.append("\nName its tables with --tables DIR to see how many passes are left.");
    }
    retired.forEach(chain -> text.append("\nretired chain ").append(chain));
    return text.toString();
  }

  /**
   * A chain.
   *
   * @param passesLeft in its tables; null when these are not known
   */
  record Chain(
      int formatVersion,
      String device,
      Fingerprint model,
      @JsonIgnore String modelName,
      ChainId chain,
      String suite,
      long nextPass,
      long integrityFailures,
      Long passesLeft) {
    static Chain of(StateDescription chain, Optional<PassesLeft> left) {
      return new Chain(
          chain.formatVersion(),
          chain.device(),
          chain.model(),
          chain.modelName(),
          chain.chain(),
          chain.suite().toString(),
          chain.nextPass(),
          chain.integrityFailures(),
          left.map(tables -> tables.of(chain)).orElse(null));
    }

    private String line() {
      return String.format(
              Locale.ROOT,
              "%n%s  format version %d  model %s (%s)  chain %s  suite %s  next pass %d  integrity"
                  + " failures %d",
              device,
              formatVersion,
              modelName,
              model.shortName(),
              chain,
              suite,
              nextPass,
              integrityFailures)
          + (passesLeft == null ? "" : "  passes left " + passesLeft);
    }
  }
}
