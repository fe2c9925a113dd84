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
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/**
 * What holds for every module: it lies in its own root package, and knows the modules that the
 * picture of decision 16 says; none of its packages is in a cycle with another, none holds more
 * types than a reader keeps in mind, and each says whether others may program against it.
 */
public final class Rooms {
  private static final int MOST_TYPES = 20;

  private Rooms() {}

  /** Checks the module of a class. */
  public static void checkModuleOf(Class<?> type) throws IOException {
    JavaClasses classes = classesOfModule(type);
    check(classes);
    ApiMarks.check(classes);
    checkNeighbours(classes, ModulePicture.drawn());
  }

  /**
   * Checks that NullAway judges every package of the module of a class: it judges those alone whose
   * package-info bears {@link NullMarked}.
   *
   * @param generated the packages whose code nobody writes, and NullAway does not judge
   */
  public static void checkNullMarked(Class<?> type, String... generated) throws IOException {
    Set<String> unmarked =
        classesOfModule(type).stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !isNullMarked(name))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(unmarked).as("packages without @NullMarked").containsExactlyInAnyOrder(generated);
  }

  private static boolean isNullMarked(String packageName) {
    try {
      return Class.forName(packageName + ".package-info").isAnnotationPresent(NullMarked.class);
    } catch (ClassNotFoundException e) {
      return false;
    }
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

  /** Fails for a class outside the root package, or one that knows a module it must not. */
  private static void checkNeighbours(JavaClasses classes, ModulePicture picture) {
    Map<String, String> modules = new TreeMap<>();
    picture.packages().forEach((module, root) -> modules.put(root, module));
    Set<String> found = new TreeSet<>();
    Set<String> known = new TreeSet<>();
    for (JavaClass type : classes) {
      found.add(moduleOf(type, modules));
      type.getDirectDependenciesFromSelf()
          .forEach(dependency -> known.add(moduleOf(dependency.getTargetClass(), modules)));
    }
    assertThat(found).as("modules of these classes").hasSize(1);
    String module = found.iterator().next();
    Set<String> drawn = new TreeSet<>(Set.of(module, ""));
    picture.arrows().get(module).forEach(neighbour -> drawn.add(neighbour.replace("~", "")));
    assertThat(drawn).as("modules that %s is drawn to know", module).containsAll(known);
  }

  private static String moduleOf(JavaClass type, Map<String, String> modules) {
    if (!type.getBaseComponentType().getPackageName().startsWith("org.lepcnn.")) {
      return "";
    }
    String[] names = type.getBaseComponentType().getPackageName().split("\\.");
    return modules.getOrDefault(
        String.join(".", names[0], names[1], names[2]), "?" + type.getName());
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
