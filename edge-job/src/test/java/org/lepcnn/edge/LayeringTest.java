/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.layering.Rooms;
import org.lepcnn.core.onnxruntime.OneWayToSessions;
import org.lepcnn.flink.testkit.EdgeRules;

/** The edge job has no code that handles secrets, and no way to it. */
class LayeringTest {
  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() throws IOException {
    classes = EdgeRules.classesOf(EdgeJob.class);
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
  void module_isAsDrawn() throws Exception {
    Rooms.checkModuleOf(EdgeJob.class);
  }

  @Test
  void sessionsOfOnnxRuntime_areOpenedInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(EdgeJob.class);
  }
}
