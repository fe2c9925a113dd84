/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.owner.ChainStatus;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.json.Result;

/** What {@code lepcnn inspect} says of an owner file. */
@JsonPropertyOrder("kind")
record InspectedOwner(int formatVersion, List<Entry> ledger) implements Result {
  static InspectedOwner of(List<LedgerEntry> ledger, int version) {
    return new InspectedOwner(version, ledger.stream().map(Entry::of).toList());
  }

  @JsonProperty
  String kind() {
    return "owner";
  }

  @Override
  public String text() {
    StringBuilder text = new StringBuilder("Owner file, format version ").append(formatVersion);
    text.append(", ").append(ledger.size()).append(" chains");
    ledger.forEach(entry -> text.append(entry.line()));
    return text.toString();
  }

  private record Entry(
      String device,
      Fingerprint model,
      ChainId chain,
      String suite,
      long issuedPasses,
      ChainStatus status) {
    static Entry of(LedgerEntry entry) {
      return new Entry(
          entry.device(),
          entry.model(),
          entry.chain(),
          entry.suite().toString(),
          entry.issuedPasses(),
          entry.status());
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "%n%s  model %s  chain %s  suite %s  %d passes issued%s",
          device,
          model.shortName(),
          chain,
          suite,
          issuedPasses,
          status == ChainStatus.GRANTED ? "" : "  " + status);
    }
  }
}
