/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneWayToSessionsTest {
  @Test
  void classesOfThisModule_openSessionsInOnePlace() throws Exception {
    OneWayToSessions.checkModuleOf(OnnxSessions.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {OpensOne.class, MakesOptions.class, NamesTheConstructor.class})
  void classThatDoesItself_isFound(Class<?> type) {
    assertThatThrownBy(() -> OneWayToSessions.check(new ClassFileImporter().importClasses(type)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(type.getSimpleName());
  }

  static final class OpensOne {
    OrtSession open(byte[] model) throws OrtException {
      return OrtEnvironment.getEnvironment().createSession(model);
    }
  }

  static final class MakesOptions {
    OrtSession.SessionOptions make() {
      return new OrtSession.SessionOptions();
    }
  }

  static final class NamesTheConstructor {
    final Supplier<OrtSession.SessionOptions> make = OrtSession.SessionOptions::new;
  }
}
