/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.DurablePass;
import org.lepcnn.device.state.DurableReservation;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.table.TableFolder;

@Tag("slow")
class PrecomputeTest {
  private static final int PASSES = 70;

  @TempDir Path folder;
  private Workshop shop;

  @BeforeEach
  void open() {
    shop = Workshop.create(folder);
    TestKernels.reset();
  }

  @Test
  void aDeviceOpensItsTablesAndFindsTheUnblindingFactorsAndChallenges() throws IOException {
    List<Progress> heard = new ArrayList<>();
    PrecomputeResult result =
        Precompute.run(
            shop.options(PASSES).kernel("onnxruntime").parallelism(2).challengesPerLayer(2).build(),
            heard::add);

    assertThat(shop.tableNames()).containsExactly("0-0-63.lept", "1-64-69.lept");
    assertThat(shop.names(".tmp")).isEmpty();
    assertThat(shop.names(Order.FILE)).isEmpty();
    assertThat(result.ranges())
        .containsExactly(new PrecomputeResult.Range(shop.chain().toString(), 0, PASSES - 1));
    assertThat(result.files()).isEqualTo(2);
    assertThat(result.bytes()).isEqualTo(sizeOfTables());
    Progress last = heard.get(heard.size() - 1);
    assertThat(last.passesDone()).isEqualTo(PASSES).isEqualTo(last.passesTotal());

    try (DeviceState state = DeviceState.init(shop.grant, folder.resolve("state"));
        TableFolder tables = TableFolder.open(shop.tables, state)) {
      assertThat(tables.passesLeftFrom(0)).isEqualTo(PASSES);
      assertFactors(state, tables);
      assertChallenges(state, tables);
    }
  }

  @Test
  void parallelismChangesNothingAboutThePasses() throws IOException {
    Workshop other = shop.copyTo(folder.resolve("other"));
    Precompute.run(shop.options(130).parallelism(1).build(), ProgressListener.NONE);
    Precompute.run(other.options(130).parallelism(2).build(), ProgressListener.NONE);

    assertThat(other.tableNames()).isEqualTo(shop.tableNames()).hasSize(3);
    List<int[]> one = shop.factors(0, 129);
    List<int[]> two = other.factors(0, 129);
    assertThat(two).hasSameSizeAs(one);
    for (int i = 0; i < one.size(); i++) {
      assertThat(two.get(i)).isEqualTo(one.get(i));
    }
    // sealed under salts of their own
    assertThat(Files.readAllBytes(other.tables.resolve("0-0-63.lept")))
        .isNotEqualTo(Files.readAllBytes(shop.tables.resolve("0-0-63.lept")));
  }

  @Test
  void aSecondRunGoesOnWhereTheFirstEndedInASecondFileOfTheGroup() throws IOException {
    Precompute.run(shop.options(10).build(), ProgressListener.NONE);
    PrecomputeResult second = Precompute.run(shop.options(60).build(), ProgressListener.NONE);

    assertThat(second.ranges())
        .containsExactly(new PrecomputeResult.Range(shop.chain().toString(), 10, 69));
    assertThat(second.resumedPasses()).isZero();
    assertThat(shop.tableNames()).containsExactly("0-0-9.lept", "0-10-63.lept", "1-64-69.lept");
    shop.assertTablesRight(0, 69);
  }

  @Test
  void nothingIsIssuedForAnUnknownDevice() {
    assertThatThrownBy(
            () -> Precompute.run(shop.options(5).device("stranger").build(), ProgressListener.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("device provision");
  }

  @Test
  void aFolderWithTablesOfAnotherChainIsRefusedBeforeAnythingIsIssued() throws IOException {
    Precompute.run(shop.options(3).build(), ProgressListener.NONE);
    try (OwnerFile owner = OwnerFile.open(shop.owner)) {
      owner.provision(Workshop.DEVICE, shop.bundle).close();
    }

    assertThatThrownBy(() -> Precompute.run(shop.options(3).build(), ProgressListener.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Name another folder");
    assertThat(shop.issued()).isZero();
    assertThat(shop.names(Order.FILE)).isEmpty();
  }

  @Test
  void askingForNothingWhereNothingIsOwedDoesNothing() throws IOException {
    PrecomputeResult result = Precompute.run(shop.options(0).build(), ProgressListener.NONE);

    assertThat(result.ranges()).isEmpty();
    assertThat(result.files()).isZero();
    assertThat(shop.tableNames()).isEmpty();
  }

  private void assertFactors(DeviceState state, TableFolder tables) {
    DurableReservation reservation = state.reserve(PASSES);
    for (int i = 0; i < PASSES; i++) {
      try (DurablePass taken = reservation.take();
          GroupKey groupKey = state.groupKey(PassGroups.of(taken.number()))) {
        GroupChallenges group = tables.challenges(PassGroups.of(taken.number()), groupKey);
        for (LinearLayerSpec layer : shop.bundle.plan().layers()) {
          int[] u = new int[layer.geometry().outputSize()];
          tables.readLayer(taken.number(), taken.key(), group, layer.index(), u);
          assertThat(u).isEqualTo(shop.factor(taken.key(), layer));
        }
        taken.finish();
      }
    }
  }

  private void assertChallenges(DeviceState state, TableFolder tables) {
    assertThat(tables.challengesPerLayer()).isEqualTo(2);
    Random random = new Random(3);
    for (long group = 0; group < 2; group++) {
      try (GroupKey groupKey = state.groupKey(group)) {
        GroupChallenges challenges = tables.challenges(group, groupKey);
        for (LinearLayerSpec layer : shop.bundle.plan().layers()) {
          int[] x = random.ints(layer.geometry().inputSize(), 0, Field31.P).toArray();
          int[] y = shop.apply(layer, x);
          assertThat(challenges.accepts(layer, x, y)).isTrue();
          int position = random.nextInt(layer.geometry().outputSize());
          y[position] = Field31.add(y[position], 1);
          assertThat(challenges.accepts(layer, x, y)).isFalse();
        }
      }
    }
  }

  private long sizeOfTables() throws IOException {
    long bytes = 0;
    for (String name : shop.tableNames()) {
      bytes += Files.size(shop.tables.resolve(name));
    }
    return bytes;
  }
}
