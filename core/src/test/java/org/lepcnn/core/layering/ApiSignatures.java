/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The signatures that a caller of the API sees, and the types in them. */
final class ApiSignatures {
  private ApiSignatures() {}

  /** Members and types of the API, each with an internal type that it names. */
  static Set<String> internalTypesNamed(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    classes.stream()
        .filter(type -> ApiMarks.isApi(type) && isReachable(type))
        .forEach(type -> addTypesNamed(type, found));
    return found;
  }

  private static void addTypesNamed(JavaClass type, Set<String> found) {
    addInternal(type.getName(), typesOfDeclaration(type), found);
    type.getMembers().stream()
        .filter(member -> isOpen(member.getModifiers()))
        .forEach(member -> addInternal(member.getFullName(), typesOf(member), found));
  }

  private static void addInternal(String name, Stream<JavaClass> named, Set<String> found) {
    named
        .map(JavaClass::getBaseComponentType)
        .filter(type -> type.getPackageName().startsWith("org.lepcnn."))
        .filter(type -> !ApiMarks.isApi(type))
        .forEach(type -> found.add(name + " names " + type.getName()));
  }

  private static Stream<JavaClass> typesOfDeclaration(JavaClass type) {
    Stream<JavaType> supertypes =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
    return involved(Stream.concat(supertypes, type.getTypeParameters().stream()));
  }

  private static Stream<JavaClass> typesOf(JavaMember member) {
    if (member instanceof JavaField field) {
      return involved(Stream.of(field.getType()));
    }
    JavaCodeUnit unit = (JavaCodeUnit) member;
    return Stream.concat(
        involved(Stream.of(unit.getReturnType())),
        Stream.concat(
            involved(unit.getParameterTypes().stream()),
            Stream.concat(
                involved(unit.getTypeParameters().stream()), unit.getExceptionTypes().stream())));
  }

  private static Stream<JavaClass> involved(Stream<? extends JavaType> types) {
    return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
  }

  /** Whether code outside the package can name a type. */
  private static boolean isReachable(JavaClass type) {
    return isOpen(type.getModifiers())
        && type.getEnclosingClass().map(ApiSignatures::isReachable).orElse(true);
  }

  private static boolean isOpen(Set<JavaModifier> modifiers) {
    boolean isOpen =
        modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    return isOpen && !modifiers.contains(JavaModifier.SYNTHETIC);
  }
}
