/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.state.GrantDescription;
import org.lepcnn.json.Result;

/** What {@code lepcnn inspect} says of a grant. */
@JsonPropertyOrder("kind")
record InspectedGrant(
    int formatVersion,
    String device,
    ChainId chain,
    Fingerprint model,
    String suite,
    @JsonIgnore String modelName)
    implements Result {
  static InspectedGrant of(GrantDescription grant, int version) {
    return new InspectedGrant(
        version,
        grant.device(),
        grant.chain(),
        grant.model(),
        grant.suite().toString(),
        grant.modelName());
  }

  @JsonProperty
  String kind() {
    return "grant";
  }

  @Override
  public String text() {
    return ("Grant, format version %s, for device %s, model %s (%s), chain %s, cipher suite %s.\n"
            + "It is a secret of the device, which consumes it with 'lepcnn device init'.")
        .formatted(formatVersion, device, modelName, model.shortName(), chain, suite);
  }
}
