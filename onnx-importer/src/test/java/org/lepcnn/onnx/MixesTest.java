/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lepcnn.onnx.OnnxModels.dims;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.onnx.plan.Precision;

class MixesTest {
  @TempDir Path folder;

  @Test
  void mixes_areTheBundlesOfTheirPrecisions_andShareWhatTheyRoundAlike() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 2, 6, 6);
    model.conv("x", "a", dims(12, 2, 3, 3));
    model.node("Relu", "b", "a");
    model.conv("b", "y", dims(8, 12, 3, 3));
    PreparedImport prepared =
        ModelImporter.prepare(
            model.output("y").write(folder),
            ImportOptions.defaults().withOffload(OffloadPolicy.ALL));
    Mixes mixes = new Mixes(prepared);
    Mix coarse = mixes.of(Precision.EIGHT_BITS);
    Mix firstFiner = mixes.of(Precision.highFor(Set.of("a")));

    assertThat(firstFiner.edge().weights().get(1)).isSameAs(coarse.edge().weights().get(1));
    for (Precision precision :
        List.of(Precision.HIGH, Precision.EIGHT_BITS, Precision.highFor(Set.of("a")))) {
      assertThat(mixes.of(precision).bundle().fingerprint())
          .isEqualTo(prepared.bundle(precision).fingerprint());
    }
  }
}
