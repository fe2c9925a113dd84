/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.integrity.IntegrityException;
import org.lepcnn.device.integrity.TableComputation;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.stage.Activations;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.supply.MemoryChain;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.table.TableBytes;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.table.TableId;
import org.lepcnn.device.table.TableWriter;
import org.lepcnn.device.testkit.SessionModel;

/**
 * The edge and whoever can write the device's tables work together. A pass is repeated here with
 * one key, as no device does, so that the same U is attacked again and again.
 */
@Tag("slow")
class JointAttackTest {
  private static final int ELEMENTS = 24;
  private static final int FAULTS = 3_000;

  private enum Outcome {
    ACCEPTED,
    EDGE_TO_BLAME,
    TABLE_TO_BLAME
  }

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(3);
  private final List<Integer> unmasked = new CopyOnWriteArrayList<>();
  private final List<int[]> factors = new ArrayList<>();
  private ModelBundle bundle;
  private MemoryChain chain;
  private PassKey key;
  private TableFolder tables;
  private TableBytes bytes;
  private DeviceModel model;
  private InProcessEdge edge;
  private RoundContext context;

  private void begin(CipherSuite suite, ResidueField field, int perLayer, boolean checked) {
    bundle = SessionModel.bundle(11, field, field);
    chain = new MemoryChain("meter-1", bundle.fingerprint(), suite, bundle.device());
    key = chain.reserve(1).take().key();
    TableId id = new TableId("meter-1", chain.chain(), bundle.fingerprint(), 0, 0, 0);
    try (TableComputation computation = new TableComputation(bundle.edge(), new ScalarKernels());
        GroupKey groupKey = chain.groupKey(0);
        TableWriter writer = TableWriter.create(folder, id, bundle.plan(), perLayer, groupKey)) {
      GroupChallenges group = computation.challenges(perLayer, groupKey);
      List<List<int[]>> made = computation.allocate(1);
      computation.compute(group, List.of(key), made);
      factors.addAll(made.get(0));
      writer.writeChallenges(group);
      writer.writePass(0, key, made.get(0));
      writer.commit();
    }
    tables = TableFolder.open(folder, chain);
    bytes = new TableBytes(folder.resolve(id.fileName()), bundle.plan());
    model = DeviceModel.load(bundle.device());
    edge = new InProcessEdge(bundle.edge(), new ScalarKernels());
    context =
        new RoundContext(
            model,
            chain,
            tables,
            checked,
            new IntArrayPool(4),
            new PassWorkspace.Pool(),
            (pass, layer, centred) -> unmasked.add(layer));
  }

  @AfterEach
  void end() {
    edge.close();
    model.close();
    bytes.close();
    tables.close();
    key.close();
    chain.close();
  }

  private static PassSupply.Pass repeated(PassKey key) {
    return new PassSupply.Pass() {
      @Override
      public long number() {
        return 0;
      }

      @Override
      public PassKey key() {
        return key;
      }

      @Override
      public void finish() {}

      @Override
      public void burn() {}
    };
  }

  /** Round 0, in whose result {@code error} is added to a residue of a layer. */
  private Outcome run(int layer, int element, int error) {
    unmasked.clear();
    ResidueField field = bundle.plan().field(bundle.plan().layer(layer));
    try (Activations values = model.activations(SessionModel.inputs(1));
        MaskedRounds rounds = new MaskedRounds(context, repeated(key), new Stopwatch())) {
      RoundRequest request = rounds.mask(0, values);
      rounds.prepareCheck(request);
      rounds.readTable(0);
      RoundResult result = edge.exchange(request).join();
      int[] y = result.layers().get(layer).residues();
      y[element] = field.add(y[element], error);
      MaskedRounds.CheckedResult found = rounds.check(request, result);
      rounds.unmask(found, values);
      assertThat(unmasked).containsExactly(0, 1);
      return Outcome.ACCEPTED;
    } catch (IntegrityException e) {
      assertThat(unmasked).isEmpty();
      return Outcome.EDGE_TO_BLAME;
    } catch (DamagedTableException e) {
      assertThat(unmasked).isEmpty();
      return Outcome.TABLE_TO_BLAME;
    }
  }

  @ParameterizedTest(name = "{0}, {1}, {2} challenges a layer")
  @CsvSource({"AES,P31,1,31", "AES,P31,2,31", "CHACHA,P31,1,31", "AES,P24,1,24", "CHACHA,P24,1,24"})
  void aFlippedBit_andAnEdgeThatMakesUpForIt_areNeverAccepted_whateverTheBitIs(
      CipherSuite suite, ResidueField field, int perLayer, int bits) {
    begin(suite, field, perLayer, true);
    assertThat(run(0, 0, 0)).isEqualTo(Outcome.ACCEPTED);
    for (int bit = 0; bit < bits; bit++) {
      Set<String> seen = new TreeSet<>();
      for (int i = 0; i < ELEMENTS; i++) {
        int layer = i % 2;
        int element = random.nextInt(factors.get(layer).length);
        int power = (1 << bit) % field.modulus();
        bytes.flip(0, layer, element, bit);
        Outcome up = run(layer, element, power);
        Outcome down = run(layer, element, field.modulus() - power);
        Outcome alone = run(layer, element, 0);
        bytes.flip(0, layer, element, bit);
        assertThat(List.of(up, down, alone))
            .as("bit %d of residue %d", bit, element)
            .containsExactly(Outcome.EDGE_TO_BLAME, Outcome.EDGE_TO_BLAME, Outcome.TABLE_TO_BLAME);
        seen.add("bit " + (factors.get(layer)[element] >> bit & 1));
      }
      assertThat(seen).as("values of bit %d that were attacked", bit).hasSize(2);
    }
    assertThat(run(0, 0, 0)).isEqualTo(Outcome.ACCEPTED);
  }

  @ParameterizedTest(name = "{0}, {1}, {2} challenges a layer")
  @CsvSource({"AES,P31,1", "AES,P31,2", "CHACHA,P24,1"})
  void theBlame_isRight_everyTime(CipherSuite suite, ResidueField field, int perLayer) {
    begin(suite, field, perLayer, true);
    int[] counts = new int[4];
    for (int i = 0; i < FAULTS; i++) {
      boolean edgeFails = random.nextBoolean();
      boolean tableFails = random.nextBoolean();
      int layer = random.nextInt(2);
      int element = random.nextInt(factors.get(layer).length);
      int error = edgeFails ? 1 + random.nextInt(field.modulus() - 1) : 0;
      int count = (int) (bytes.factorsAt(0, 2) - bytes.sidesAt(0));
      long at = bytes.sidesAt(0) + random.nextInt(count);
      // the padding of layers 0 and 1 is none: they have whole quarters
      int bit = random.nextInt(8);
      if (tableFails) {
        bytes.flip(at, bit);
      }
      Outcome expected =
          edgeFails
              ? Outcome.EDGE_TO_BLAME
              : tableFails ? Outcome.TABLE_TO_BLAME : Outcome.ACCEPTED;
      assertThat(run(layer, element, error)).as("number %d", i).isEqualTo(expected);
      if (tableFails) {
        bytes.flip(at, bit);
      }
      counts[(edgeFails ? 1 : 0) + (tableFails ? 2 : 0)]++;
    }
    assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(FAULTS / 5);
  }

  /** Results are believed then, tables never. */
  @ParameterizedTest
  @CsvSource({"P31", "P24"})
  void withoutTheIntegrityCheck_aChangedTableIsFoundAllTheSame(ResidueField field) {
    begin(CipherSuite.AES, field, 1, false);
    assertThat(run(0, 5, 0)).isEqualTo(Outcome.ACCEPTED);
    assertThat(run(0, 5, 1)).isEqualTo(Outcome.ACCEPTED);
    bytes.flip(0, 1, 7, 3);
    assertThat(run(0, 5, 0)).isEqualTo(Outcome.TABLE_TO_BLAME);
    assertThat(run(1, 7, 8)).isEqualTo(Outcome.TABLE_TO_BLAME);
  }
}
