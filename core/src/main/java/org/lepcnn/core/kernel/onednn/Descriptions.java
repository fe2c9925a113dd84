/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;

/** Memory descriptions; each is destroyed by who asked for it. */
final class Descriptions {
  private Descriptions() {}

  /** Dense memory in the order of a format tag; {@code dnnl_format_tag_any} lets oneDNN choose. */
  static dnnl_memory_desc dense(int dataType, long[] dimensions, int tag) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    OneDnn.check(
        dnnl.dnnl_memory_desc_create_with_tag(
            description, dimensions.length, dimensions, dataType, tag),
        "memory_desc_create");
    return description;
  }

  static dnnl_memory_desc copy(dnnl_memory_desc original) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    OneDnn.check(dnnl.dnnl_memory_desc_clone(description, original), "memory_desc_clone");
    return description;
  }
}
