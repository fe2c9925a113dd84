/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.DocumentedJava;
import org.lepcnn.core.text.DocumentedPages;
import org.lepcnn.core.text.DocumentedPages.Block;

/** The pipelines that the documents show compile; other Java is the gateway's matter. */
class DocumentedPipelineTest {
  @TempDir private Path folder;

  @Test
  void everyPipeline_compiles() throws Exception {
    List<Block> blocks =
        DocumentedPages.blocks("java").stream()
            .filter(block -> block.text().contains("org.lepcnn.flink"))
            .toList();
    assertThat(blocks).isNotEmpty();
    for (Block block : blocks) {
      assertThat(DocumentedJava.complaints(block.text(), folder)).as("%s", block).isEmpty();
    }
  }
}
