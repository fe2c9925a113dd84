/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.page;

import org.lepcnn.core.io.Resources;

/** What all pages look like; each adds to it what it alone has. */
public final class PageStyle {
  private PageStyle() {}

  /** The style sheet, without any character that HTML escapes. */
  public static String sheet() {
    return Resources.text(PageStyle.class, "page.css");
  }
}
