/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.gateway.page.Browser;
import org.lepcnn.gateway.page.BrowserPage;
import org.lepcnn.gateway.protocol.FakeModel;

/** The page that watches a door, in a browser. */
class WatchPageTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final String STATE = "document.getElementById('state').textContent";
  private static Browser browser;

  @TempDir Path folder;

  @BeforeAll
  static void openBrowser() {
    assumeTrue(Browser.isInstalled(), "no browser on the PATH: pages are not looked at");
    browser = Browser.open();
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1280, false", "1280, true", "390, false", "390, true"})
  void itShowsTheFigures_fits_hasNoBarrier_andBreaksNoPolicy(int width, boolean dark)
      throws Exception {
    FakeModel dry = FakeModel.doubling("hall");
    dry.passesLeft = 0;
    try (DoorFixture fixture =
        new DoorFixture(DoorFixture.settings(), FakeModel.doubling("<i>attic"), dry)) {
      assertThat(fixture.infer("nobody", "{}").statusCode()).isEqualTo(404);
      assertThat(fixture.infer("hall", "{}").statusCode()).isEqualTo(400);
      BrowserPage page = browser.page();
      page.show(width, 900, dark);
      page.open(fixture.uri("/watch"));
      assertThat(page.await(STATE, text -> !text.startsWith("Asking")))
          .isEqualTo("Not ready: see the models.");
      assertThat(page.text("document.querySelector('#models td.wrong').textContent"))
          .isEqualTo("the tables of hall run low");
      assertThat(page.text("document.getElementById('refused').textContent")).isEqualTo("2");
      assertThat(page.text("document.querySelector('#models th').textContent"))
          .isEqualTo("<i>attic");
      assertThat(page.text("document.getElementById('statuses').textContent"))
          .contains("400, not the protocol", "404, no such");
      assertThat(page.await("document.getElementById('rate').textContent", "0.0"::equals))
          .isEqualTo("0.0");
      assertThat(page.overflowing()).isEmpty();
      assertThat(page.complaints()).isEmpty();
      assertThat(page.barriers()).isEmpty();
    }
  }

  @Test
  void aDoorThatIsGone_isSaidToBe() throws Exception {
    BrowserPage page = browser.page();
    try (DoorFixture fixture =
        new DoorFixture(DoorFixture.settings(), FakeModel.doubling("hall"))) {
      page.open(fixture.uri("/watch"));
      page.await(STATE, "Ready."::equals);
    }
    page.await(STATE, "The gateway does not answer."::equals);
  }

  @Test
  void withAToken_thePageAsksForIt_andTheFiguresAreForWhoHasIt() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), TOKEN);
    try (DoorFixture fixture =
        new DoorFixture(DoorFixture.withToken(file), FakeModel.doubling("hall"))) {
      assertThat(fixture.get("/watch/figures").statusCode()).isEqualTo(401);
      HttpResponse<byte[]> page = fixture.get("/watch");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none';");
      BrowserPage shown = browser.page();
      shown.open(fixture.uri("/watch"));
      shown.await(STATE, "The gateway asks for its token."::equals);
      assertThat(shown.barriers()).isEmpty();
      enter(shown, "0123456789abcdeX");
      shown.await(STATE, "That is not the token."::equals);
      enter(shown, TOKEN);
      shown.await(STATE, "Ready."::equals);
      assertThat(shown.text("document.getElementById('entry').hidden")).isEqualTo("true");
    }
  }

  private static void enter(BrowserPage page, String token) {
    page.text("(document.getElementById('token').value = '" + token + "')");
    page.text("document.querySelector('button').focus()");
    page.press("Enter", 13);
  }
}
