/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.testkit;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.Fingerprint;

/** Base of tests that share a loaded model. */
public abstract class WithLoadedModel {
  @TempDir protected static Path folder;
  protected static TestModel model;
  protected static Fingerprint fingerprint;

  @BeforeAll
  static void loadModel() {
    model = TestModel.write(folder.resolve("bundle")).load();
    fingerprint = model.bundle().fingerprint();
  }

  @AfterAll
  static void releaseModel() {
    model.close();
  }
}
