/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.json;

/**
 * What a command found, once: a record whose components are the members of the JSON object that
 * programs read, and which says the same to people as text.
 */
public interface Result {
  /** For people. */
  String text();

  /** For programs: one object, without line breaks. */
  default String json() {
    return Json.write(this);
  }
}
