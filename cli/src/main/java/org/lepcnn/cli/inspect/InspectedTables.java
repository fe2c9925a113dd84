/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.table.TableDescription;
import org.lepcnn.json.Result;

/** What {@code lepcnn inspect} says of decryption tables. */
@JsonPropertyOrder({"kind", "passes"})
record InspectedTables(List<Table> files) implements Result {
  static InspectedTables read(List<Path> files) {
    return new InspectedTables(
        files.stream().map(file -> Table.of(file, TableDescription.read(file))).toList());
  }

  @JsonProperty
  String kind() {
    return "tables";
  }

  @JsonProperty
  long passes() {
    return files.stream().mapToLong(file -> file.lastPass() - file.firstPass() + 1).sum();
  }

  @Override
  public String text() {
    StringBuilder text =
        new StringBuilder("Decryption tables, ").append(files.size()).append(" files");
    files.forEach(file -> text.append(file.line()));
    return text.append(String.format(Locale.ROOT, "%n%d passes in all", passes())).toString();
  }

  private record Table(
      Path file,
      int formatVersion,
      String device,
      Fingerprint model,
      ChainId chain,
      String suite,
      long firstPass,
      long lastPass,
      int challengesPerLayer,
      long bytes) {
    static Table of(Path file, TableDescription table) {
      return new Table(
          file.getFileName(),
          table.formatVersion(),
          table.id().device(),
          table.id().model(),
          table.id().chain(),
          table.suite().toString(),
          table.id().firstPass(),
          table.id().lastPass(),
          table.challengesPerLayer(),
          table.fileBytes());
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "%n%s  format version %d  device %s  model %s  chain %s  suite %s  passes %d to %d "
              + " challenges %d  %d bytes",
          file,
          formatVersion,
          device,
          model.shortName(),
          chain,
          suite,
          firstPass,
          lastPass,
          challengesPerLayer,
          bytes);
    }
  }
}
