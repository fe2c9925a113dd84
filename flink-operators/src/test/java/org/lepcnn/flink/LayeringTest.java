/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.flink.testkit.EdgeRules;
import org.lepcnn.kafka.topic.Topics;

/** The edge has no code that handles secrets, and no way to it. */
class LayeringTest {
  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() throws IOException {
    classes = EdgeRules.classesOf(EdgePipeline.class, Topics.class);
  }

  @Test
  void edge_dependsOnNothingThatHandlesSecrets() {
    EdgeRules.checkNoSecrets(classes);
  }

  @Test
  void classesThatHandleSecrets_cannotBeLoadedHere() {
    EdgeRules.checkSecretsAreOutOfReach();
  }

  @Test
  void consumers_stepOverCompressedBatches() {
    EdgeRules.checkConsumers(classes);
  }

  @Test
  void packages_formNoCycle() {
    slices().matching("org.lepcnn.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void noOperator_hasAFieldOfANativeType() {
    assertThat(classes.contain("org.lepcnn.flink.batch.KernelOperator")).isTrue();
    classes.stream()
        .filter(type -> type.isAssignableTo(AbstractStreamOperator.class))
        .flatMap(type -> type.getFields().stream())
        .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
        .forEach(
            field ->
                assertThat(field.getRawType().getPackageName())
                    .doesNotStartWith("ai.onnxruntime")
                    .doesNotStartWith("org.bytedeco")
                    .doesNotStartWith("org.lepcnn.core.kernel"));
  }

  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(EdgePipeline.class);
  }

  @Test
  void packages_areNullMarked() throws Exception {
    Rooms.checkNullMarked(EdgePipeline.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(EdgePipeline.class);
  }
}
