/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.protocol.FakeModel;

/** What Triton's Java client sends and takes: all types, both forms, defaults and refusals. */
class StockClientTest {
  private static final List<String> NUMBERS =
      List.of(
          "a:FP32:2,2:1.5,-2.0,3.0E-5,4.0",
          "b:FP64:2:0.1,-1.0E300",
          "c:INT32:2:-2147483648,7",
          "d:INT64:1:-9007199254740993",
          "e:INT8:2:-128,127",
          "f:UINT8:2:0,127",
          "g:BOOL:2:true,false");

  @TempDir private Path folder;

  private static FakeModel echo() {
    return FakeModel.echo(
        "hall",
        List.of(
            new ValueSpec("a", HostTensor.FLOAT, new long[] {2, 2}),
            new ValueSpec("b", HostTensor.DOUBLE, new long[] {2}),
            new ValueSpec("c", HostTensor.INT32, new long[] {2}),
            new ValueSpec("d", HostTensor.INT64, new long[] {1}),
            new ValueSpec("e", HostTensor.INT8, new long[] {2}),
            new ValueSpec("f", HostTensor.UINT8, new long[] {2}),
            new ValueSpec("g", HostTensor.BOOL, new long[] {2})));
  }

  private static FakeModel texts() {
    return FakeModel.echo("texts", List.of(new ValueSpec("t", HostTensor.STRING, new long[] {2})));
  }

  @Test
  void everyType_goesBothWays_inBothForms() throws Exception {
    FakeModel hall = echo();
    try (DoorFixture door = new DoorFixture(DoorFixture.settings(), hall, texts())) {
      String inputs = " " + String.join(" ", NUMBERS);
      List<String> lines =
          StockClient.ask(
              folder,
              door.door.address(),
              // without outputs it asks for all of them, in binary form
              "hall - - binary -" + inputs,
              "hall - - json -" + inputs,
              "hall " + FakeModel.VERSION + " 42 binary a,b,c,d,e,f,g" + inputs,
              "hall - 42 json a,b,c,e,f,g" + inputs,
              "texts - - json t t:BYTES:2:hello,world",
              "texts - - binary t t:BYTES:3:one,two,three",
              "hall 999 - binary -" + inputs,
              "cellar - - binary -" + inputs);
      List<String> expected = new ArrayList<>(NUMBERS);
      expected.addAll(NUMBERS);
      expected.addAll(NUMBERS);
      NUMBERS.stream().filter(line -> !line.startsWith("d")).forEach(expected::add);
      expected.add("t:BYTES:2:hello,world");
      int answers = expected.size();
      assertThat(lines.subList(0, answers)).isEqualTo(expected);
      assertThat(lines.subList(answers, lines.size()))
          .hasSize(3)
          .allMatch(line -> line.startsWith("refused "));
      assertThat(hall.passes).hasValue(4);
    }
  }
}
