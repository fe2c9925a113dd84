/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainRecordTest {
  @Test
  void encodedRecord_isReadBack_inputsOneAfterTheOther() {
    byte[] bytes =
        PlainRecord.encode(
            "meter-7",
            1L << 40,
            FloatBuffer.wrap(new float[] {1.5f, -2}),
            FloatBuffer.wrap(new float[] {Float.MIN_VALUE}));

    PlainRecord record = PlainRecord.decode(bytes);

    assertThat(bytes).hasSize(PlainRecord.bytes("meter-7", List.of(), 3));
    assertThat(record.device()).isEqualTo("meter-7");
    assertThat(record.call()).isEqualTo(1L << 40);
    assertThat(record.asked()).isEmpty();
    float[] values = new float[record.values().remaining()];
    record.values().get(values);
    assertThat(values).containsExactly(1.5f, -2, Float.MIN_VALUE);
  }

  @Test
  void encoding_leavesTheBuffersAsTheyWere() {
    FloatBuffer values = FloatBuffer.wrap(new float[] {1, 2});
    PlainRecord.encode("d", 1, values);
    assertThat(values.remaining()).isEqualTo(2);
  }

  @Test
  void blankRecord_saysWhatItAsksFor() {
    byte[] bytes = PlainRecord.blank("meter-7", 3, List.of(1, 250_000), 5);

    PlainRecord record = PlainRecord.decode(bytes);

    assertThat(bytes).hasSize(PlainRecord.bytes("meter-7", List.of(1, 250_000), 5));
    assertThat(record.call()).isEqualTo(3);
    assertThat(record.asked()).containsExactly(1, 250_000);
    assertThat(record.values().remaining()).isEqualTo(5);
  }

  @Test
  void input_isReadFromItsText() {
    PlainInput input = new PlainInput("a=b", List.of(1L, 3L, 224L, 224L));
    assertThat(input.toString()).isEqualTo("a=b=1x3x224x224");
    assertThat(PlainInput.parse(input.toString())).isEqualTo(input);
    assertThat(input.elements()).isEqualTo(150_528);
  }
}
