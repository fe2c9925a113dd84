/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.api.PublicApi;

/** The marks of the API: every package bears one, and a type bears one only where it differs. */
final class ApiMarks {
  private ApiMarks() {}

  /**
   * Fails for a package without a mark, a type that bears its package's, and a type of the API
   * whose signature names one that is none.
   */
  static void check(JavaClasses classes) {
    assertThat(namesOf(classes, type -> markOfPackage(type).isEmpty()))
        .as("types of a package without a mark")
        .isEmpty();
    assertThat(namesOf(classes, ApiMarks::repeatsItsPackage))
        .as("types that bear the mark of their package")
        .isEmpty();
    assertThat(ApiSignatures.internalTypesNamed(classes))
        .as("what others may program against, and the internal types that it names")
        .isEmpty();
  }

  /** Whether others may program against a type: it says so, or what it lies in. */
  static boolean isApi(JavaClass type) {
    return markOf(type)
        .or(() -> type.getEnclosingClass().map(ApiMarks::isApi))
        .or(() -> markOfPackage(type))
        .orElse(false);
  }

  private static Set<String> namesOf(JavaClasses classes, Predicate<JavaClass> which) {
    return classes.stream()
        .filter(which)
        .map(JavaClass::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isPackageInfo(JavaClass type) {
    return type.getSimpleName().equals("package-info");
  }

  private static boolean repeatsItsPackage(JavaClass type) {
    Optional<Boolean> own = markOf(type);
    return own.isPresent() && !isPackageInfo(type) && own.equals(markOfPackage(type));
  }

  /** Whether what bears a mark is public; empty without a mark. */
  private static Optional<Boolean> markOf(JavaClass type) {
    return mark(
        type.getName(),
        type.isAnnotatedWith(PublicApi.class),
        type.isAnnotatedWith(Internal.class));
  }

  private static Optional<Boolean> markOfPackage(JavaClass type) {
    String name = type.getPackageName();
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
}
