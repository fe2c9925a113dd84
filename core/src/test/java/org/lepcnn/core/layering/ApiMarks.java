/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.api.PublicApi;

/**
 * The marks of the API: every package bears one, a type bears one only where it differs, and what is
 * public names nothing that is internal.
 */
final class ApiMarks {
  private ApiMarks() {}

  static void check(JavaClasses classes) {
    Set<String> packages =
        classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(markOfPackage(each)).as(each).isPresent());
    assertThat(classes.stream().filter(type -> !isPackageInfo(type)))
        .allSatisfy(ApiMarks::differsFromItsPackage);
    assertThat(leaks(classes)).as("internal types that public ones name").isEmpty();
  }

  private static boolean isPackageInfo(JavaClass type) {
    return type.getSimpleName().equals("package-info");
  }

  private static void differsFromItsPackage(JavaClass type) {
    markOf(type)
        .ifPresent(
            own ->
                assertThat(markOfPackage(type.getPackageName()))
                    .as("the package of %s, which has a mark of its own", type.getName())
                    .isNotEqualTo(Optional.of(own)));
  }

  /** Whether what bears a mark is public; empty without a mark. */
  private static Optional<Boolean> markOf(JavaClass type) {
    return mark(
        type.getName(), type.isAnnotatedWith(PublicApi.class), type.isAnnotatedWith(Internal.class));
  }

  private static Optional<Boolean> markOfPackage(String name) {
    try {
      Class<?> info = Class.forName(name + ".package-info");
      return mark(
          name,
          info.isAnnotationPresent(PublicApi.class),
          info.isAnnotationPresent(Internal.class));
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  private static Optional<Boolean> mark(String name, boolean isPublic, boolean isInternal) {
    assertThat(isPublic && isInternal).as("%s bears both marks", name).isFalse();
    return isPublic || isInternal ? Optional.of(isPublic) : Optional.empty();
  }

  private static Set<String> leaks(JavaClasses classes) {
    Set<String> leaks = new TreeSet<>();
    classes.stream()
        .filter(type -> isVisible(type) && isApi(type))
        .forEach(
            type ->
                named(type)
                    .filter(other -> other.getPackageName().startsWith("org.lepcnn"))
                    .filter(other -> !isApi(other))
                    .forEach(other -> leaks.add(type.getName() + " names " + other.getName())));
    return leaks;
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ApiMarks::isVisible).orElse(true);
  }

  private static boolean isApi(JavaClass type) {
    return markOf(type)
        .or(() -> type.getEnclosingClass().map(ApiMarks::isApi))
        .orElseGet(() -> markOfPackage(type.getPackageName()).orElse(false));
  }

  /** The types of its public members. */
  private static Stream<JavaClass> named(JavaClass type) {
    Stream<JavaClass> fields =
        type.getFields().stream()
            .filter(field -> isOpen(field.getModifiers()))
            .flatMap(field -> field.getAllInvolvedRawTypes().stream());
    Stream<JavaClass> units =
        type.getCodeUnits().stream()
            .filter(unit -> isOpen(unit.getModifiers()))
            .flatMap(ApiMarks::signature);
    return Stream.concat(fields, units).map(JavaClass::getBaseComponentType);
  }

  private static Stream<JavaClass> signature(JavaCodeUnit unit) {
    Stream<JavaClass> thrown =
        unit.getThrowsClause().stream().map(each -> each.getRawType());
    return Stream.concat(unit.getAllInvolvedRawTypes().stream(), thrown);
  }

  private static boolean isOpen(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }
}
