/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.File;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.kafka.consumer.PlainConsumers;

/** Transport has no code that handles secrets, and no Flink. */
class LayeringTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.lepcnn.kafka");

  @Test
  void classes_dependOnNeitherSecretsNorFlink() {
    assertThat(CLASSES.size()).isGreaterThan(40);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.lepcnn.device..",
            "org.lepcnn.precompute..",
            "org.lepcnn.onnx..",
            "org.lepcnn.flink..",
            "org.apache.flink..")
        .check(CLASSES);
  }

  @Test
  void consumers_areOpenedInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(PlainConsumers.class.getName())
        .should()
        .callConstructorWhere(
            target(owner(assignableTo(Consumer.class)))
                .as("a consumer that would unpack compressed batches"))
        .check(CLASSES);
  }

  @Test
  void packages_formNoCycle() {
    SlicesRuleDefinition.slices()
        .matching("org.lepcnn.(**)")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.lepcnn.device.key.SecretKey",
        "org.lepcnn.device.mask.MaskGenerator",
        "org.apache.flink.streaming.api.environment.StreamExecutionEnvironment",
        "org.apache.flink.api.common.functions.Function"
      })
  void classPath_holdsNeitherSecretsNorFlink(String name) {
    assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void classPathEntries_areNeitherOfTheDeviceNorOfFlink() {
    String[] entries =
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator));
    assertThat(entries).hasSizeGreaterThan(5);
    assertThat(entries).noneMatch(entry -> entry.contains("lepcnn-device"));
    assertThat(entries).noneMatch(entry -> new File(entry).getName().startsWith("flink-"));
  }

  @Test
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(PlainConsumers.class);
  }

  @Test
  void packages_areNullMarked() throws Exception {
    Rooms.checkNullMarked(PlainConsumers.class, "org.lepcnn.kafka.wire");
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(PlainConsumers.class);
  }
}
