/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.session.PrivateSession;

/** The one module with secrets: where its numbers come from, and who knows whom in it. */
class LayeringTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.lepcnn.device");

  private static final Map<String, Set<String>> KNOWS =
      Map.ofEntries(
          entry("key", Set.of()),
          entry("vector", Set.of()),
          entry("stage", Set.of()),
          entry("mask", Set.of("key", "vector")),
          entry("integrity", Set.of("key", "mask", "vector")),
          entry("supply", Set.of("key", "integrity")),
          entry("arithmetic", Set.of("mask", "vector", "supply")),
          entry("table", Set.of("key", "mask", "integrity", "supply", "vector")),
          entry("file", Set.of()),
          entry("state", Set.of("key", "supply", "file")),
          entry("owner", Set.of("key", "file", "state")),
          entry("claim", Set.of("supply")),
          entry(
              "pass", Set.of("key", "mask", "integrity", "supply", "stage", "arithmetic", "claim")),
          entry("session", Set.of("supply", "stage", "claim", "pass")),
          entry("reference", Set.of("key", "integrity", "supply", "stage", "arithmetic", "pass")));

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

  /** Elsewhere it would fail when it runs; here it does not even get so far. */
  @Test
  void accessToSecrets_isForThePackagesThatComputeWithThem() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "org.lepcnn.device.key",
            "org.lepcnn.device.mask",
            "org.lepcnn.device.integrity",
            "org.lepcnn.device.table",
            "org.lepcnn.device.state",
            "org.lepcnn.device.owner",
            "org.lepcnn.device.pass")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(SecretAccess.class)
        .check(CLASSES);
  }

  /** Raw bytes of a key leave its package in no way. */
  @Test
  void publicMethodsOfKeys_giveNoBytes() {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("org.lepcnn.device.key")
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .arePublic()
        .should()
        .haveRawReturnType(byte[].class)
        .check(CLASSES);
  }

  @Test
  void packages_formNoCycle() {
    slices().matching("org.lepcnn.device.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  /**
   * Who may know whom, from the top down; a package may also skip what lies between.
   *
   * <pre>
   *   session · reference            owner
   *   pass                           state
   *   claim · stage · arithmetic     table
   *   supply
   *   integrity
   *   mask · vector
   *   key                            file
   * </pre>
   *
   * A session works on supplies and tables: whether they lie on a disk is not its business.
   */
  @Test
  void packages_knowThoseBelow() {
    Architectures.LayeredArchitecture rooms =
        layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String room : KNOWS.keySet()) {
      rooms = rooms.layer(room).definedBy("org.lepcnn.device." + room);
    }
    for (Map.Entry<String, Set<String>> room : KNOWS.entrySet()) {
      String[] known = room.getValue().toArray(String[]::new);
      rooms =
          known.length == 0
              ? rooms.whereLayer(room.getKey()).mayNotAccessAnyLayer()
              : rooms.whereLayer(room.getKey()).mayOnlyAccessLayers(known);
    }
    rooms.ensureAllClassesAreContainedInArchitecture().check(CLASSES);
  }

  @Test
  void packages_areNullMarked() throws Exception {
    Rooms.checkNullMarked(PrivateSession.class);
  }

  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(PrivateSession.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(PrivateSession.class);
  }
}
