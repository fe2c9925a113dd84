/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.process;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a child JVM is started with.
 *
 * @param name a short name for messages, such as {@code broker}
 * @param classPath entries in order; {@code folder/*} stands for all jars of the folder
 * @param mainClass the class whose {@code main} runs under {@link ParentWatch}
 * @param arguments of that main
 * @param jvmArguments of the JVM, such as {@code -Xmx512m}
 * @param environment added to the parent's environment
 * @param log where standard output and standard error are appended; its folder must exist
 * @param directory the child's working directory; null for the parent's
 */
public record ProcessSpec(
    String name,
    List<String> classPath,
    String mainClass,
    List<String> arguments,
    List<String> jvmArguments,
    Map<String, String> environment,
    Path log,
    Path directory) {
  /**
   * The environment's variable with further arguments of every JVM that is started, such as {@code
   * -XX:TieredStopAtLevel=1} on a small machine; blanks separate them.
   */
  public static final String FURTHER_ARGUMENTS = "LEPCNN_CHILD_JAVA_OPTS";

  public ProcessSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(mainClass, "mainClass");
    Objects.requireNonNull(log, "log");
    classPath = List.copyOf(classPath);
    arguments = List.copyOf(arguments);
    jvmArguments = List.copyOf(jvmArguments);
    environment = Map.copyOf(environment);
  }

  /** A child in the parent's working directory. */
  public ProcessSpec(
      String name,
      List<String> classPath,
      String mainClass,
      List<String> arguments,
      List<String> jvmArguments,
      Map<String, String> environment,
      Path log) {
    this(name, classPath, mainClass, arguments, jvmArguments, environment, log, null);
  }

  /** A child without JVM arguments and with the parent's environment. */
  public ProcessSpec(
      String name, List<String> classPath, String mainClass, List<String> arguments, Path log) {
    this(name, classPath, mainClass, arguments, List.of(), Map.of(), log);
  }

  /** The same with these JVM arguments. */
  public ProcessSpec withJvmArguments(List<String> values) {
    return new ProcessSpec(
        name, classPath, mainClass, arguments, values, environment, log, directory);
  }

  /** The same with these additional environment variables. */
  public ProcessSpec withEnvironment(Map<String, String> values) {
    return new ProcessSpec(
        name, classPath, mainClass, arguments, jvmArguments, values, log, directory);
  }

  /** The class path entry that holds a class: its jar or its folder. */
  public static String locationOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IllegalStateException(type + " does not come from a class path");
    }
    try {
      URI location = source.getLocation().toURI();
      return Path.of(location).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Location of " + type, e);
    }
  }

  /**
   * The command line: this JVM's own {@code java}, {@link ParentWatch}, the main class. The class
   * path gets what holds {@link ParentWatch}, if it is not there.
   */
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmArguments);
    command.addAll(furtherArguments());
    command.add("-cp");
    command.add(
        Stream.concat(classPath.stream(), Stream.of(locationOf(ParentWatch.class)))
            .distinct()
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(ParentWatch.class.getName());
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  private List<String> furtherArguments() {
    String text = environment.getOrDefault(FURTHER_ARGUMENTS, System.getenv(FURTHER_ARGUMENTS));
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }
}
