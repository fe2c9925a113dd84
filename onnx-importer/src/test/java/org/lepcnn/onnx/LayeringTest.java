/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;

/** From a file to a plan, room by room: each knows those before it, and none knows those behind. */
class LayeringTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.lepcnn.onnx");

  @Test
  void rooms_knowThoseBeforeThem() {
    assertThat(CLASSES.size()).isGreaterThan(60);
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("graph")
        .definedBy("org.lepcnn.onnx.graph..")
        .layer("read")
        .definedBy("org.lepcnn.onnx.read..")
        .layer("run")
        .definedBy("org.lepcnn.onnx.run..")
        .layer("work")
        .definedBy("org.lepcnn.onnx.work..")
        .layer("layer")
        .definedBy("org.lepcnn.onnx.layer..")
        .layer("channel")
        .definedBy("org.lepcnn.onnx.channel..")
        .layer("plan")
        .definedBy("org.lepcnn.onnx.plan..")
        .layer("import")
        .definedBy("org.lepcnn.onnx")
        .layer("zoo")
        .definedBy("org.lepcnn.onnx.zoo..")
        .whereLayer("zoo")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("import")
        .mayOnlyBeAccessedByLayers("zoo")
        .whereLayer("plan")
        .mayOnlyBeAccessedByLayers("import")
        .whereLayer("work")
        .mayOnlyBeAccessedByLayers("plan", "import")
        .whereLayer("channel")
        .mayOnlyBeAccessedByLayers("plan")
        .whereLayer("layer")
        .mayOnlyBeAccessedByLayers("channel", "plan")
        .whereLayer("run")
        .mayOnlyBeAccessedByLayers("work", "layer", "channel", "plan", "import")
        .whereLayer("read")
        .mayOnlyBeAccessedByLayers("work", "import")
        .check(CLASSES);
  }

  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(ModelImporter.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(ModelImporter.class);
  }
}
