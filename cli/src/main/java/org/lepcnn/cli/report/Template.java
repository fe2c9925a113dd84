/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.report;

import com.samskivert.mustache.Mustache;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.lepcnn.core.io.Resources;
import org.lepcnn.core.text.Printable;

/**
 * Makes pages of templates. Whatever a template takes from its model is escaped: templates that ask
 * for text as it is are refused. What a template names and its model lacks is an error.
 */
final class Template {
  private static final Mustache.Compiler COMPILER =
      Mustache.compiler()
          .withEscaper(Template::escape)
          .strictSections(true)
          .emptyStringIsFalse(true);

  /** Text as it is, and other delimiters, behind which it could hide. */
  private static final Pattern UNESCAPED = Pattern.compile("\\{\\{\\s*[{&=]");

  private final com.samskivert.mustache.Template template;

  private Template(com.samskivert.mustache.Template template) {
    this.template = template;
  }

  /** The template that is beside this class. */
  static Template read(String name) {
    return of(resource(name));
  }

  /**
   * A template.
   *
   * @throws IllegalArgumentException it has a place that is not escaped
   */
  static Template of(String text) {
    if (UNESCAPED.matcher(text).find()) {
      throw new IllegalArgumentException("A template must escape everything");
    }
    return new Template(COMPILER.compile(text));
  }

  /**
   * The page of a model.
   *
   * @param model a record; its components are what the template names
   */
  String page(Object model) {
    return template.execute(model);
  }

  /** A text that is beside this class. */
  static String resource(String name) {
    return Resources.text(Template.class, name);
  }

  /**
   * The policy of a page that runs no script, fetches nothing and has one style.
   *
   * @param style without any character that HTML escapes, so that the page holds it as it is
   */
  static String policy(String style) {
    if (!escape(style).equals(style)) {
      throw new IllegalArgumentException("A style must need no escapes");
    }
    return "default-src 'none'; img-src data:; style-src 'sha256-"
        + hash(style)
        + "'; base-uri 'none'; form-action 'none'";
  }

  private static String hash(String style) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return Base64.getEncoder()
          .encodeToString(sha256.digest(style.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("The Java platform lacks SHA-256", e);
    }
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
