/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.lepcnn.core.text.Printable;

/**
 * A piece of a page. Text becomes one by being escaped and in no other way: there is no method that
 * takes markup. The result is well-formed XML, too.
 */
final class Html {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");
  private static final List<String> EMPTY = List.of("meta", "img");

  private final String markup;

  private Html(String markup) {
    this.markup = markup;
  }

  /** Text. */
  static Html text(String text) {
    return new Html(escape(text));
  }

  /** An element with content. */
  static Html element(String name, Html... content) {
    return element(name, Map.of(), content);
  }

  /** An element with text. */
  static Html element(String name, String text) {
    return element(name, text(text));
  }

  /** An element with attributes and content. */
  static Html element(String name, Map<String, String> attributes, Html... content) {
    StringBuilder out = new StringBuilder("<").append(requireName(name));
    new TreeMap<>(attributes)
        .forEach(
            (attribute, value) ->
                out.append(' ')
                    .append(requireName(attribute))
                    .append("=\"")
                    .append(escape(value))
                    .append('"'));
    if (EMPTY.contains(name)) {
      return new Html(out.append("/>").toString());
    }
    out.append('>');
    for (Html part : content) {
      out.append(part.markup);
    }
    return new Html(out.append("</").append(name).append(">\n").toString());
  }

  /** Pieces one after the other. */
  static Html join(List<Html> pieces) {
    StringBuilder out = new StringBuilder();
    pieces.forEach(piece -> out.append(piece.markup));
    return new Html(out.toString());
  }

  /** A picture inside the page. */
  static Html png(byte[] png, String description) {
    String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    return element("img", Map.of("alt", description, "src", data));
  }

  /**
   * A page that runs no script, fetches nothing and allows no style but this one.
   *
   * @param css without any character that HTML escapes
   */
  static String page(String title, String css, Html... body) {
    String policy =
        "default-src 'none'; img-src data:; style-src '"
            + hash(css)
            + "'; base-uri 'none'; form-action 'none'";
    Map<String, String> utf8 = Map.of("charset", "utf-8");
    Map<String, String> allowed =
        Map.of("http-equiv", "Content-Security-Policy", "content", policy);
    Html head =
        element(
            "head",
            element("meta", utf8),
            element("meta", allowed),
            element("title", title),
            element("style", css));
    return "<!DOCTYPE html>\n"
        + element("html", Map.of("lang", "en"), head, element("body", body)).markup;
  }

  private static String hash(String css) {
    if (!escape(css).equals(css)) {
      throw new IllegalArgumentException("A style must need no escapes");
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(css.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("The Java platform lacks SHA-256", e);
    }
  }

  private static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("HTML: no name: " + name);
    }
    return name;
  }

  private static String escape(String text) {
    return Printable.lines(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
