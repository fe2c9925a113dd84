/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the Java that the documents show, against the class path of the test. */
public final class DocumentedJava {
  private DocumentedJava() {}

  /**
   * What the compiler says of imports and statements; nothing when it takes them.
   *
   * @param folder where the classes go
   */
  public static List<String> complaints(String text, Path folder) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-Xlint:deprecation,removal,unchecked",
            "-classpath",
            System.getProperty("java.class.path"),
            "-d",
            folder.toString());
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
      compiler.getTask(null, files, found, options, null, List.of(new Source(text))).call();
    }
    return found.getDiagnostics().stream()
        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
        .toList();
  }

  /** A class whose one method has the statements. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String block) {
      super(URI.create("string:///Documented.java"), Kind.SOURCE);
      text =
          lines(block, true)
              + "\nclass Documented {\n  void run() throws Exception {\n"
              + lines(block, false)
              + "\n  }\n}\n";
    }

    private static String lines(String block, boolean imports) {
      return block
          .lines()
          .filter(line -> line.startsWith("import ") == imports)
          .collect(Collectors.joining("\n"));
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
