/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.DocumentedJava;
import org.lepcnn.core.text.DocumentedPages;
import org.lepcnn.core.text.DocumentedPages.Block;
import org.lepcnn.gateway.picture.PictureFile;
import org.lepcnn.kafka.client.ClientSettings;

/** What the documents show of programs, configurations and requests is taken. */
class DocumentedGatewayTest {
  private static final Pattern CLIENT = Pattern.compile("(?m)^(?:security|ssl|sasl|config)\\.");
  private static final Pattern FILE = Pattern.compile(".*\\.(?:file|config|keystore|truststore)");
  private static final Pattern BODY = Pattern.compile("-d '(\\{[^']*\\})'");
  private static final Map<String, String> LEAST =
      Map.of(
          "gateway", "home",
          "bootstrap.servers", "localhost:9092",
          "session.hall.state", "state",
          "session.hall.tables", "tables");

  @TempDir private Path folder;

  @Test
  void everyProgram_compiles() throws IOException {
    List<Block> blocks =
        DocumentedPages.blocks("java").stream()
            .filter(block -> !block.text().contains("org.lepcnn.flink"))
            .toList();
    assertThat(blocks).hasSizeGreaterThan(1);
    for (Block block : blocks) {
      assertThat(DocumentedJava.complaints(block.text(), folder)).as("%s", block).isEmpty();
    }
  }

  @Test
  void whatDoesNotCompile_isSeen() throws IOException {
    assertThat(DocumentedJava.complaints("import java.util.List;\nList.of(1).none();", folder))
        .hasSize(1);
  }

  /** The blocks of a page build on one another. */
  @Test
  void everyConfiguration_isRead() throws IOException {
    Map<Path, Properties> pages = new HashMap<>();
    int read = 0;
    for (Block block : DocumentedPages.blocks("properties")) {
      if (!CLIENT.matcher(block.text()).find()) {
        Properties page = pages.computeIfAbsent(block.document(), any -> new Properties());
        page.load(new StringReader(block.text()));
        Path config = write(page);
        assertThatCode(() -> GatewayConfig.read(config)).as("%s", block).doesNotThrowAnyException();
        read++;
      }
    }
    assertThat(read).isGreaterThan(3);
  }

  @Test
  void everyClientConfiguration_isRead() throws IOException {
    List<Block> blocks =
        DocumentedPages.blocks("properties").stream()
            .filter(block -> CLIENT.matcher(block.text()).find())
            .toList();
    assertThat(blocks).isNotEmpty();
    for (Block block : blocks) {
      Path file = Files.writeString(folder.resolve("client"), block.text());
      assertThat(ClientSettings.load(file)).as("%s", block).containsKey("security.protocol");
    }
  }

  @Test
  void everyPreprocessing_isRead() throws IOException {
    List<Block> blocks = DocumentedPages.blocks("yaml");
    assertThat(blocks).isNotEmpty();
    for (Block block : blocks) {
      Path file = Files.writeString(folder.resolve("pictures.yaml"), block.text());
      assertThatCode(() -> PictureFile.read(file.toString()))
          .as("%s", block)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void everyJson_isParsed() throws IOException {
    List<String> texts = new ArrayList<>();
    DocumentedPages.blocks("json").forEach(block -> texts.add(block.text()));
    for (Block block : DocumentedPages.blocks()) {
      BODY.matcher(block.text()).results().forEach(body -> texts.add(body.group(1)));
    }
    assertThat(texts).hasSizeGreaterThan(1);
    for (String text : texts) {
      assertThatCode(() -> parse(text)).as(text).doesNotThrowAnyException();
    }
  }

  private static void parse(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      while (parser.nextToken() != null) {
        parser.skipChildren();
      }
    }
  }

  /** A configuration with what a page leaves out, and the files that it names. */
  private Path write(Properties page) throws IOException {
    Properties whole = new Properties();
    whole.putAll(LEAST);
    whole.putAll(page);
    for (String key : whole.stringPropertyNames()) {
      if (FILE.matcher(key).matches()) {
        Files.writeString(folder.resolve(whole.getProperty(key)), "");
      }
    }
    Path file = folder.resolve("gateway.properties");
    try (var out = Files.newBufferedWriter(file)) {
      whole.store(out, null);
    }
    return file;
  }
}
