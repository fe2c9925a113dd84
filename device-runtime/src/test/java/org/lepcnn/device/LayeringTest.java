/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.device.session.PrivateSession;

/** The one module with secrets: where its numbers come from, and who knows whom in it. */
class LayeringTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.lepcnn.device");

  /** SecureRandom is a Random, too: it is the calls that count. */
  @Test
  void randomNumbers_comeFromTheSystem() {
    assertThat(CLASSES.size()).isGreaterThan(80);
    noClasses()
        .should()
        .callConstructor(Random.class)
        .orShould()
        .callConstructor(Random.class, long.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(ThreadLocalRandom.class, SplittableRandom.class)
        .orShould()
        .callMethod(Math.class, "random")
        .check(CLASSES);
  }

  @Test
  void packages_formNoCycle() {
    slices().matching("org.lepcnn.device.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  /** A session works on supplies and tables; whether they lie on a disk is not its business. */
  @Test
  void supplies_knowNeitherFilesNorSessions() {
    noClasses()
        .that()
        .resideInAPackage("org.lepcnn.device.supply..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.lepcnn.device.state..",
            "org.lepcnn.device.table..",
            "org.lepcnn.device.session..",
            "java.nio.file..")
        .check(CLASSES);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(PrivateSession.class);
  }
}
