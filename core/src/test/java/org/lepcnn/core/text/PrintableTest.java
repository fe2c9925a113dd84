/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.PassId;

class PrintableTest {
  /** ESC, CR, LF, tab, DEL, C1, bidirectional, zero width, separators, lone surrogates, private. */
  private static final String HOSTILE =
      "\u001b[2J\r\n"
          + "\t\u007f\u009b31m\u202e\u2066\u200b\ufeff\u2028\u2029\ud800x\udc00\ue000\udb40\udc01";

  @Test
  void whatATerminalObeys_isReplacedByItsNumber() {
    String line = Printable.line(HOSTILE);
    assertThat(line.codePoints()).allMatch(Printable::isPrintable);
    assertThat(line)
        .startsWith("<U+001B>[2J<U+000D><U+000A><U+0009><U+007F><U+009B>31m<U+202E><U+2066>")
        .contains("<U+200B><U+FEFF><U+2028><U+2029><U+D800>x<U+DC00><U+E000><U+E0001>");
  }

  @Test
  void whatPeopleWrite_staysAsItIs() {
    String text = "Zähler 17, größer als 5 µm: 電力計 😀 <a&b> \"c\"";
    assertThat(Printable.line(text)).isEqualTo(text);
    assertThat(Printable.line(null)).isEqualTo("null");
  }

  @Test
  void failureThatSaysNothing_isToldByItsKind() {
    assertThat(Printable.reason(new java.io.EOFException())).isEqualTo("EOFException");
    assertThat(Printable.reason(new IllegalStateException(" "))).isEqualTo("IllegalStateException");
    assertThat(Printable.reason(new java.io.IOException("no space"))).isEqualTo("no space");
  }

  @Test
  void length_isBounded_andToldWhenCut() {
    assertThat(Printable.line("a".repeat(70_000)))
        .hasSize(1_000)
        .endsWith("aa… (70000 characters)");
    assertThat(Printable.line("\u001b".repeat(70_000))).hasSize(1_000);
    assertThat(Printable.line("a".repeat(70_000), 10)).isEqualTo("aaaaaaaaa…");
    assertThat(Printable.line("😀".repeat(100), 3)).isEqualTo("😀…");
    assertThat(Printable.line("😀".repeat(100), 4)).isEqualTo("😀…");
    assertThat(Printable.line("abc", 3)).isEqualTo("abc");
  }

  @Test
  void linesOfOurOwn_stayLines() {
    assertThat(Printable.lines("a\r\n\tb\n\u001bc")).isEqualTo("a\n\tb\n<U+001B>c");
    assertThat(Printable.stackTrace(new IllegalStateException("a\u001b[31m")))
        .contains("a<U+001B>[31m\n\tat ");
  }

  @Test
  void messagesOfErrors_arePrintable_wherePartsOfThemCameFromOutside() {
    for (RuntimeException error :
        new RuntimeException[] {
          new BadInputException(HOSTILE),
          new RefusedException(HOSTILE),
          new EnvironmentException(HOSTILE),
          new EdgeRefusedException(EdgeErrorCode.INTERNAL, HOSTILE.repeat(10_000))
        }) {
      assertThat(error.getMessage().codePoints()).allMatch(Printable::isPrintable);
      assertThat(error.getMessage().length()).isLessThan(Printable.MAX_MESSAGE + 100);
    }
  }

  @Test
  void aLongForeignName_leavesRoomForTheRemedy() {
    String key = "k".repeat(70_000) + HOSTILE;
    assertThat(messageOf(() -> PassId.checkDevice(key))).hasSizeLessThan(500).endsWith("'.");
    assertThat(messageOf(() -> Fingerprint.parse(key))).hasSizeLessThan(500).endsWith("'.");
  }

  private static String messageOf(Runnable action) {
    try {
      action.run();
    } catch (BadInputException e) {
      return e.getMessage();
    }
    throw new AssertionError("Expected a refusal");
  }
}
