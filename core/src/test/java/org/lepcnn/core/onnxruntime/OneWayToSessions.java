/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.jar.JarFile;

/**
 * The rule that {@link OnnxSessions} alone opens sessions of ONNX Runtime, for the architecture
 * tests of every module that can see ONNX Runtime. A session that is opened elsewhere would read
 * files that a model names, and log elements of tensors.
 */
public final class OneWayToSessions {
  private OneWayToSessions() {}

  /** Checks the module, its jar or its folder of classes, that a class is of. */
  public static void checkModuleOf(Class<?> type) throws IOException {
    Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (JarFile jar = Files.isDirectory(place) ? null : new JarFile(place.toFile())) {
      Location location = jar == null ? Location.of(place) : Location.of(jar);
      check(new ClassFileImporter().importLocations(Set.of(location)));
    }
  }

  /** Fails when one of the classes makes a session or its options. */
  static void check(JavaClasses classes) {
    assertThat(classes).isNotEmpty();
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(OnnxSessions.class.getName())
        .should()
        .accessTargetWhere(
            describe(
                "it makes a session or its options, which OnnxSessions does",
                OneWayToSessions::makesSession))
        .check(classes);
  }

  private static boolean makesSession(JavaAccess<?> access) {
    AccessTarget target = access.getTarget();
    String owner = target.getOwner().getName();
    boolean opens =
        owner.equals("ai.onnxruntime.OrtEnvironment") && target.getName().endsWith("Session");
    boolean makes =
        target.getName().equals("<init>")
            && Set.of(
                    "ai.onnxruntime.OrtSession",
                    "ai.onnxruntime.OrtSession$SessionOptions",
                    "ai.onnxruntime.OrtTrainingSession")
                .contains(owner);
    return opens || makes;
  }
}
