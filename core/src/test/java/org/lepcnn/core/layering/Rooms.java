/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/**
 * What holds for the packages of every module: none is in a cycle with another, none holds more types
 * than a reader keeps in mind, and each says whether others may program against it.
 */
public final class Rooms {
  private static final int MOST_TYPES = 22;

  private Rooms() {}

  /** Checks the module of a class. */
  public static void checkModuleOf(Class<?> type) throws IOException {
    JavaClasses classes = classesOfModule(type);
    check(classes);
    ApiMarks.check(classes);
  }

  /** The classes beside a class, in the same folder or jar. */
  public static JavaClasses classesOfModule(Class<?> type) throws IOException {
    Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    if (Files.isDirectory(place)) {
      return new ClassFileImporter().importLocations(Set.of(Location.of(place)));
    }
    try (JarFile jar = new JarFile(place.toFile())) {
      return new ClassFileImporter().importLocations(Set.of(Location.of(jar)));
    }
  }

  /** Fails for packages that know each other in a circle, or are crowded. */
  static void check(JavaClasses classes) {
    slices().matching("org.lepcnn.(**)").should().beFreeOfCycles().check(classes);
    Map<String, Long> types =
        classes.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(each -> !each.getSimpleName().equals("package-info"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
    assertThat(types).isNotEmpty();
    assertThat(types.entrySet()).as("packages").allSatisfy(Rooms::isNotCrowded);
  }

  private static void isNotCrowded(Map.Entry<String, Long> types) {
    assertThat(types.getValue()).as("types in %s", types.getKey()).isLessThanOrEqualTo(MOST_TYPES);
  }
}
