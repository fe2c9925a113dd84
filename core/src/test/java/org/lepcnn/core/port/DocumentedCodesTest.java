/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lepcnn.core.text.DocumentedCommands;

/** The page for operators says of every code what it means and what the gateway does. */
class DocumentedCodesTest {
  private static final Pattern ROW =
      Pattern.compile("^\\|([^|]*)\\|[^|]*\\|([^|]*)\\|$", Pattern.MULTILINE);

  @ParameterizedTest
  @EnumSource(EdgeErrorCode.class)
  void everyCode_hasItsRow(EdgeErrorCode code) throws IOException {
    String page = Files.readString(DocumentedCommands.home().resolve("docs/operations/watch.md"));
    List<MatchResult> rows =
        ROW.matcher(page).results().filter(row -> row.group(1).contains("`" + code + "`")).toList();
    assertThat(rows).as("rows of %s", code).hasSize(1);
    assertThat(rows.get(0).group(2).strip().startsWith("repeats"))
        .as("%s: repeated, says the page", code)
        .isEqualTo(code.retriable());
  }
}
