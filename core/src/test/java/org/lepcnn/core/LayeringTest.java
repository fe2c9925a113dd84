/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.layering.Rooms;

class LayeringTest {
  @Test
  void packages_formNoCycle_andNoneIsCrowded() throws Exception {
    Rooms.checkModuleOf(Field31.class);
  }

  @Test
  void packages_areNullMarked() throws Exception {
    Rooms.checkNullMarked(Field31.class);
  }

  @Test
  void classes_knowNoOtherModule_andNeitherKafkaNorFlink() throws Exception {
    JavaClasses classes = Rooms.classesOfModule(Field31.class);
    assertThat(classes.size()).isGreaterThan(80);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "org.lepcnn.core..",
            "java..",
            "ai.onnxruntime..",
            "org.bytedeco..",
            "org.slf4j..",
            "org.jspecify..")
        .check(classes);
  }
}
