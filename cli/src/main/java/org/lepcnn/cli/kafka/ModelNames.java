/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.ModelBundle;

/** How a model is named on the command line. */
final class ModelNames {
  private static final int DIGITS = 2 * Fingerprint.BYTES;

  private ModelNames() {}

  /**
   * A model from a bundle's folder, all digits of its fingerprint, or the first digits of a
   * published one.
   *
   * @param published the fingerprints that are published
   */
  static Fingerprint resolve(String name, Set<String> published) {
    Path folder = Path.of(name);
    if (Files.isDirectory(folder)) {
      return ModelBundle.manifest(folder).fingerprint();
    }
    String digits = name.toLowerCase(Locale.ROOT);
    if (digits.length() == DIGITS) {
      return Fingerprint.parse(digits);
    }
    List<String> found = published.stream().filter(id -> id.startsWith(digits)).toList();
    if (found.size() != 1 || digits.isEmpty()) {
      throw BadInputException.about("Model '" + name + "'")
          .expected("a bundle's folder, a fingerprint, or the first digits of one published model")
          .found(found.size() + " published models that begin with that");
    }
    return Fingerprint.parse(found.get(0));
  }
}
