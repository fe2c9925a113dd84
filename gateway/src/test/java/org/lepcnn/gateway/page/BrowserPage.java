/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.lepcnn.json.Json;

/** A page in a {@link Browser}: shown as on a device, asked by JavaScript, operated by keys. */
public final class BrowserPage {
  private static final int PHONE = 600;
  private static final long POLL_MILLIS = 50;
  private static final int POLLS = 6_000;

  private final Browser browser;
  private final String session;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

  BrowserPage(Browser browser, String session) {
    this.browser = browser;
    this.session = session;
    browser.listen(this::event);
    for (String domain : List.of("Page", "Runtime", "Log", "Network", "Audits")) {
      call(domain + ".enable", Map.of());
    }
  }

  private Json call(String method, Map<String, ?> parameters) {
    return browser.call(session, method, parameters);
  }

  private void event(Json event) {
    if (!event.has("sessionId") || !event.at("sessionId").asText().equals(session)) {
      return;
    }
    Json about = event.at("params");
    switch (event.at("method").asText()) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Runtime.exceptionThrown" ->
          complaints.add(about.at("exceptionDetails").at("text").asText());
      case "Runtime.consoleAPICalled" -> complaints.add("console " + about.at("type").asText());
      case "Log.entryAdded" -> complaints.add(about.at("entry").at("text").asText());
      case "Audits.issueAdded" -> complaints.add(about.at("issue").at("code").asText());
      default -> {}
    }
  }

  /** What the browser complained of: errors, lines on the console, violated policies. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Sets the size of the window and the colours that the person prefers. */
  public void show(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < PHONE));
    media("", dark);
  }

  /** Sets the medium, such as {@code print}; empty for a screen. */
  public void media(String medium, boolean dark) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            medium,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Loads a page and waits until it is there. */
  public void open(URI address) {
    loaded = new CompletableFuture<>();
    Json result = call("Page.navigate", Map.of("url", address.toString()));
    if (result.has("errorText")) {
      throw new IllegalStateException(address + ": " + result.at("errorText").asText());
    }
    Browser.await(loaded, "loading " + address);
  }

  /** The text that an expression gives; promises are waited for. */
  public String text(String expression) {
    Json answer =
        call(
            "Runtime.evaluate",
            Map.of(
                "expression", "(async () => String(await (" + expression + ")))()",
                "awaitPromise", true,
                "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      Json exception = answer.at("exceptionDetails").at("exception");
      throw new IllegalStateException(
          expression
              + ": "
              + (exception.has("description")
                  ? exception.at("description").asText()
                  : "an exception"));
    }
    return answer.at("result").at("value").asText();
  }

  /** Waits until an expression gives a text that is right. */
  public String await(String expression, Predicate<String> right) throws InterruptedException {
    String last = "";
    for (int i = 0; i < POLLS; i++) {
      last = text(expression);
      if (right.test(last)) {
        return last;
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException(expression + " stays " + last);
  }

  /** What sticks out of the page's width, as selectors; empty when nothing does. */
  public List<String> overflowing() {
    return lines(
        """
        [...document.querySelectorAll('*')]
          .filter(e => document.documentElement.scrollWidth > innerWidth
              && e.getBoundingClientRect().right > innerWidth)
          .map(e => e.tagName + '.' + e.getAttribute('class')).join('\\n')""");
  }

  /** What axe-core finds wrong with the page for people who cannot see, point or tell colours. */
  public List<String> barriers() {
    call("Runtime.evaluate", Map.of("expression", axe()));
    return lines(
        """
        axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
          .flatMap(v => v.nodes.map(n => v.id + ' ' + n.target + ' ' + n.failureSummary.replace(/\\s+/g, ' ')))
          .join('\\n'))""");
  }

  private static String axe() {
    try (InputStream in = BrowserPage.class.getResourceAsStream("/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What the Tab key leads to, in its order, from the top of the page on.
   *
   * @return for each element its text, behind a {@code !} when nothing shows that it has the focus
   */
  public List<String> tabs(int most) {
    text("(document.activeElement.blur(), scrollTo(0, 0))");
    List<String> reached = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      press("Tab", 9);
      String focus =
          text(
              """
              (() => {
                const e = document.activeElement;
                if (e === document.body) return '';
                const s = getComputedStyle(e), b = e.getBoundingClientRect();
                const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2
                    && b.bottom > 0 && b.top < innerHeight;
                return (seen ? '' : '!') + e.textContent.trim();
              })()""");
      if (focus.isEmpty()) {
        break;
      }
      reached.add(focus);
    }
    return reached;
  }

  /** Presses and lets go a key. */
  public void press(String key, int code) {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of(
              "type", type,
              "key", key,
              "code", key,
              "text", key.equals("Enter") && type.equals("keyDown") ? "\r" : "",
              "windowsVirtualKeyCode", code));
    }
  }

  /** Writes what the window shows as a PNG. */
  public void screenshot(Path file) {
    String data = call("Page.captureScreenshot", Map.of("format", "png")).at("data").asText();
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Base64.getDecoder().decode(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> lines(String expression) {
    return text(expression).lines().filter(line -> !line.isBlank()).toList();
  }
}
