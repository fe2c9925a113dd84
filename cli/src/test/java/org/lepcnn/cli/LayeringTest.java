/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.device.session.UnsafeResults;

class LayeringTest {
  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(Main.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(Main.class);
  }

  /** What the sessions of a gateway compute is private; only the check may look at it. */
  @Test
  void unmaskedResults_areSeenByTheCheckAlone() {
    JavaClasses all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.lepcnn");
    assertThat(all.contain(UnsafeResults.class)).isTrue();
    noClasses()
        .that()
        .resideOutsideOfPackages("org.lepcnn.device.session", "org.lepcnn.check")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(UnsafeResults.class)
        .check(all);
  }
}
