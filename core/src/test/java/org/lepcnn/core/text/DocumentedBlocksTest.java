/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.text.DocumentedPages.Block;

/** The blocks of code in the documents are of languages that a test reads; here shell and XML. */
class DocumentedBlocksTest {
  /**
   * Commands and output have no language. Java is compiled, properties and YAML are read, JSON is
   * parsed in the modules that know them; Python and diagrams are not read.
   */
  private static final Set<String> LANGUAGES =
      Set.of("", "java", "json", "mermaid", "properties", "python", "xml", "yaml");

  private static final Pattern COMMAND =
      Pattern.compile(
          "^(?:\\./|[a-z-]+/|[A-Z_]+=|(?:curl|for|git|java|kafka-configs\\.sh|keytool|lepcnn|node|npm|openssl) ).*",
          Pattern.DOTALL);

  /** A remark that the shell would take for arguments. */
  private static final Pattern COLUMN = Pattern.compile("^[^#]*[^#\\s] {3,}[^#\\s-]");

  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>(lepcnn-[a-z-]+)<");
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)<");

  @TempDir private Path folder;

  @Test
  void everyBlock_isOfAKnownLanguage() throws IOException {
    assertThat(DocumentedPages.blocks())
        .hasSizeGreaterThan(60)
        .allSatisfy(block -> assertThat(block.language()).as("%s", block).isIn(LANGUAGES));
  }

  @Test
  void everyCommand_isOneForTheShell() throws Exception {
    List<Block> commands =
        DocumentedPages.blocks("").stream()
            .filter(block -> COMMAND.matcher(block.text()).matches())
            .toList();
    assertThat(commands).hasSizeGreaterThan(40);
    for (Block block : commands) {
      assertThat(complaint(block.text())).as("%s", block).isEmpty();
      assertThat(block.text().lines()).as("%s", block).noneMatch(COLUMN.asPredicate());
    }
  }

  @Test
  void whatTheShellRefuses_isSeen() throws Exception {
    assertThat(complaint("lepcnn infer 'picture.png\n")).contains("unexpected EOF");
  }

  @Test
  void everyXmlBlock_isWellFormed_andNamesModulesThatAreThere() throws Exception {
    Path home = DocumentedCommands.home();
    String bom = Files.readString(home.resolve("bom/pom.xml"));
    List<Block> blocks = DocumentedPages.blocks("xml");
    assertThat(blocks).isNotEmpty();
    for (Block block : blocks) {
      assertThatCode(() -> parse("<project>" + block.text() + "</project>"))
          .as("%s", block)
          .doesNotThrowAnyException();
      assertThat(ARTIFACT.matcher(block.text()).results().map(found -> found.group(1)))
          .allSatisfy(name -> assertThat(bom).contains("<artifactId>" + name + "</artifactId>"));
      assertThat(VERSION.matcher(block.text()).results().map(found -> found.group(1)))
          .allSatisfy(version -> assertThat(bom).contains("<version>" + version + "</version>"));
    }
  }

  private static void parse(String xml) throws Exception {
    javax.xml.parsers.DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new java.io.ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }

  /** What bash says of a text that it reads and does not run. */
  private String complaint(String text) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("script"), text);
    Path log = folder.resolve("log");
    Process bash =
        new ProcessBuilder("bash", "-n", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int status = bash.waitFor();
    String said = Files.readString(log);
    return status == 0 || !said.isEmpty() ? said : "status " + status;
  }
}
