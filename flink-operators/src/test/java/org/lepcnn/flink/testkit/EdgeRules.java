/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarFile;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.kafka.clients.consumer.Consumer;

/** What holds for all code that runs at the edge: it has no secrets, and unpacks nothing. */
public final class EdgeRules {
  /**
   * By name: the classes of libraries are not read here, so nothing is known of what they extend.
   */
  private static final DescribedPredicate<HasName> KAFKAS_OWN_CONSUMER =
      nameMatching("org\\.apache\\.kafka\\.clients\\.consumer\\..*Consumer");

  private EdgeRules() {}

  /** The classes of the modules of these, without those of their libraries. */
  public static JavaClasses classesOf(Class<?>... types) throws IOException {
    Set<Location> locations = new HashSet<>();
    for (Class<?> type : types) {
      locations.add(locationOf(type));
    }
    boolean resolve = ArchConfiguration.get().resolveMissingDependenciesFromClassPath();
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    try {
      return new ClassFileImporter().importLocations(locations);
    } finally {
      ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(resolve);
    }
  }

  private static Location locationOf(Class<?> type) throws IOException {
    Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    return Files.isDirectory(place) ? Location.of(place) : Location.of(new JarFile(place.toFile()));
  }

  /** Nothing depends on code that handles secrets. */
  public static void checkNoSecrets(JavaClasses classes) {
    assertThat(classes.size()).isGreaterThan(15);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.lepcnn.device..",
            "org.lepcnn.precompute..",
            "org.lepcnn.onnx..",
            "org.lepcnn.cli..",
            "javax.crypto..")
        .check(classes);
  }

  /** No class that handles secrets is on the class path. */
  public static void checkSecretsAreOutOfReach() {
    for (String name :
        new String[] {
          "org.lepcnn.device.key.SecretKey",
          "org.lepcnn.device.key.PassKey",
          "org.lepcnn.device.mask.MaskGenerator",
          "org.lepcnn.device.state.DeviceState",
          "org.lepcnn.device.owner.OwnerFile"
        }) {
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
    assertThat(EdgeRules.class.getClassLoader().getResource("org/lepcnn/device")).isNull();
  }

  /** Others would unpack compressed batches; Kafka's source is used by the one that does not. */
  public static void checkConsumers(JavaClasses classes) {
    noClasses()
        .that(not(simpleName("PlainConsumers")))
        .should()
        .callConstructorWhere(
            target(
                owner(
                    assignableTo(Consumer.class)
                        .or(assignableTo(KafkaSource.class))
                        .or(KAFKAS_OWN_CONSUMER))))
        .check(classes);
    noClasses()
        .that(not(simpleName("EdgeSources").or(simpleName("RequestSource"))))
        .and(not(simpleName("Builder")))
        .should()
        .dependOnClassesThat()
        .areAssignableTo(KafkaSource.class)
        .check(classes);
  }
}
