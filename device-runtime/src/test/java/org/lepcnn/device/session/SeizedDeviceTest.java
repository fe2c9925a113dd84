/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lepcnn.device.testkit.SessionFixture.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.RefusedException;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.kernel.LinearKernel;
import org.lepcnn.core.kernel.ScalarKernels;
import org.lepcnn.core.model.EdgeHalf;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.RoundRequest;
import org.lepcnn.core.port.RoundResult;
import org.lepcnn.device.arithmetic.LayerArithmetic;
import org.lepcnn.device.arithmetic.Lift;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/**
 * Somebody has recorded all traffic, both ways, has the model's weights, and seizes the device
 * after some passes: with every 32 bytes of its files as a key, and every key that follows from
 * them, neither an input nor a result of an earlier pass is unmasked.
 */
@Tag("slow")
class SeizedDeviceTest {
  private static final String DEVICE = "meter-1";
  private static final int USED = 6;
  private static final int FORWARD = 10;

  /** More than a state file and the header of a table have. */
  private static final int UNSEALED = 320;

  /** A masked residue is taken for unmasked when it is that small; tensors have 90 and more. */
  private static final int LARGEST_PLAIN = 1 << 24;

  @TempDir Path folder;

  private final ModelBundle bundle = SessionModel.bundle(31);
  private final FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
  private final Traffic traffic = new Traffic(bundle.edge());
  private OwnerFile owner;
  private ChainId chain;
  private GroupChallenges challenges;

  @BeforeEach
  void usePassesAndSeize() throws IOException {
    owner = OwnerFile.create(folder.resolve("owner"));
    try (Grant grant = owner.provision(DEVICE, bundle)) {
      chain = grant.chain();
      grant.write(folder.resolve("grant"));
    }
    WrittenTables.write(bundle, owner, DEVICE, 20, folder.resolve("tables"));
    edge.forge = traffic::record;
    DeviceState.init(folder.resolve("grant"), folder.resolve("state")).close();
    DeviceState state = DeviceState.open(folder.resolve("state"));
    byte[] leftover;
    try (PrivateSession session =
        PrivateSession.builder(state, TableFolder.open(folder.resolve("tables"), state), edge)
            .passesPerReservation(4)
            .unsafeResultObserver(traffic::truth)
            .open()) {
      for (int seed = 0; seed < USED; seed++) {
        await(session.submit(SessionModel.inputs(seed)));
      }
      leftover = Files.readAllBytes(chainFile("state.lep"));
    }
    // what a crash in the middle of writing would have left
    Files.write(chainFile("state.lep.tmp"), leftover);
    try (Stream<Path> tables = Files.list(folder.resolve("tables"))) {
      Path table = tables.findFirst().orElseThrow();
      Files.copy(table, folder.resolve("tables").resolve(table.getFileName() + ".0badc0de.tmp"));
    }
  }

  @AfterEach
  void close() {
    owner.close();
    edge.close();
  }

  @Test
  void noKeyOfTheSeizedFiles_opensATableOrUnmasksTrafficOfAnEarlierPass() throws IOException {
    List<PassKey> keys = keysOfTheFiles();
    assertThat(keys).hasSizeGreaterThan(2000);
    assertThat(traffic.passes()).isEqualTo(USED);
    int opened = 0;
    try (TableFolder tables = openTables()) {
      for (PassKey key : keys) {
        List<int[]> factors = traffic.factors(key);
        for (long pass = 0; pass < USED; pass++) {
          assertThat(opens(tables, pass, key)).isFalse();
          assertThat(unmasks(pass, key)).isFalse();
          assertThat(traffic.unmasksAResult(pass, factors)).isFalse();
        }
        opened += opens(tables, USED, key) ? 1 : 0;
      }
    }
    assertThat(opened).as("the stored key opens the next pass").isPositive();
  }

  /** The attempts above would succeed with the keys that were erased. */
  @Test
  void withTheErasedKeys_theSameAttemptsSucceed() {
    try (TableFolder tables = openTables();
        ChainKeys keys = owner.chainKeys(DEVICE, bundle.fingerprint(), chain)) {
      for (long pass = 0; pass < USED; pass++) {
        PassKey key = keys.passKeys(pass, 1).get(0);
        assertThat(opens(tables, pass, key)).isTrue();
        assertThat(unmasks(pass, key)).isTrue();
        assertThat(traffic.unmasksAResult(pass, traffic.factors(key))).isTrue();
        assertThat(traffic.unmasksAResult(pass, tableFactors(tables, pass, key))).isTrue();
        assertThat(traffic.unmasksAResult((pass + 1) % USED, traffic.factors(key)))
            .as("of one pass only")
            .isFalse();
      }
    }
  }

  @Test
  void afterAReopening_theTemporaryFileIsGone() {
    Path leftover = chainFile("state.lep.tmp");
    assertThat(leftover).exists();
    DeviceState.open(folder.resolve("state")).close();
    assertThat(leftover).doesNotExist();
    assertThatThrownBy(() -> Grant.read(folder.resolve("grant")))
        .as("the grant, which held the first key")
        .hasMessageContaining("found none");
  }

  /**
   * Every 32 bytes of the state, temporary file included, and of what stands unsealed in the
   * tables, and what the ratchet makes of it.
   */
  private List<PassKey> keysOfTheFiles() throws IOException {
    List<PassKey> keys = new ArrayList<>();
    try (Stream<Path> states = Files.walk(folder.resolve("state"));
        Stream<Path> tables = Files.walk(folder.resolve("tables"))) {
      for (Path file :
          Stream.concat(states, tables).filter(SeizedDeviceTest::mayHoldKeys).toList()) {
        byte[] all = Files.readAllBytes(file);
        byte[] bytes = Arrays.copyOf(all, Math.min(all.length, UNSEALED));
        for (int at = 0; at + SecretKey.BYTES <= bytes.length; at++) {
          SecretKey window = SecretKey.copyOf(Arrays.copyOfRange(bytes, at, at + SecretKey.BYTES));
          PassKey key = PassKey.of(window, CipherSuite.AES);
          for (int step = 0; step < FORWARD; step++) {
            keys.add(key);
            key = key.next();
          }
        }
      }
    }
    return keys;
  }

  /** The device half is the model's, and public to whoever has the bundle. */
  private static boolean mayHoldKeys(Path file) {
    return Files.isRegularFile(file) && !file.endsWith("device.lep");
  }

  private boolean opens(TableFolder tables, long pass, PassKey key) {
    try {
      // the smallest layer
      tables.readLayer(pass, key, challenges(pass), 2, new int[7]);
      return true;
    } catch (RefusedException e) {
      return false;
    }
  }

  /** Of the pass's group: the device keeps the key of all challenges. */
  private GroupChallenges challenges(long pass) {
    GroupChallenges known = challenges;
    if (known == null) {
      try (TableFolder tables = openTables();
          ChainKeys keys = owner.chainKeys(DEVICE, bundle.fingerprint(), chain);
          GroupKey key = keys.groupKey(PassGroups.of(pass))) {
        known = tables.challenges(PassGroups.of(pass), key);
        challenges = known;
      }
    }
    return known;
  }

  /** U of all layers, from the table. */
  private List<int[]> tableFactors(TableFolder tables, long pass, PassKey key) {
    List<int[]> factors = new ArrayList<>();
    for (LinearLayerSpec layer : bundle.plan().layers()) {
      int[] u = new int[layer.geometry().outputSize()];
      tables.readLayer(pass, key, challenges(pass), layer.index(), u);
      factors.add(u);
    }
    return factors;
  }

  /** Whether the recorded tensor of round 0 becomes small numbers under the key's mask. */
  private boolean unmasks(long pass, PassKey key) {
    int[] sent =
        edge.seen.stream()
            .filter(seen -> seen.pass() == pass && seen.round() == 0)
            .findFirst()
            .orElseThrow()
            .residues();
    int[] mask = new int[8];
    try (MaskGenerator generator = new MaskGenerator(key, TestSecrets.ACCESS)) {
      generator.fill(0, ResidueField.P31, mask, mask.length);
    }
    for (int i = 0; i < mask.length; i++) {
      int plain = Field31.subtract(sent[i], mask[i]);
      if (plain > LARGEST_PLAIN && plain < Field31.P - LARGEST_PLAIN) {
        return false;
      }
    }
    return true;
  }

  private Path chainFile(String name) {
    return folder.resolve("state").resolve(chain.toString()).resolve(name);
  }

  private TableFolder openTables() {
    return TableFolder.open(
        folder.resolve("tables"),
        DEVICE,
        chain,
        CipherSuite.AES,
        bundle.fingerprint(),
        bundle.plan());
  }

  /** Recorded results, and what they were unmasked to while the keys were there. */
  private static final class Traffic {
    private record Id(long pass, int layer) {}

    private final EdgeHalf half;
    private final Map<Id, int[]> results = new ConcurrentHashMap<>();
    private final Map<Id, int[]> truth = new ConcurrentHashMap<>();

    Traffic(EdgeHalf half) {
      this.half = half;
    }

    RoundResult record(RoundRequest request, RoundResult result) {
      for (RoundResult.Layer layer : result.layers()) {
        results.put(
            new Id(request.pass().pass(), layer.index()),
            Arrays.copyOf(
                layer.residues(), half.plan().layer(layer.index()).geometry().outputSize()));
      }
      return result;
    }

    void truth(long pass, int layer, int[] integers) {
      truth.put(new Id(pass, layer), integers.clone());
    }

    long passes() {
      return results.keySet().stream().map(Id::pass).distinct().count();
    }

    /** U of all layers as whoever has the weights computes it from a key's masks. */
    List<int[]> factors(PassKey key) {
      List<int[]> factors = new ArrayList<>();
      try (MaskGenerator generator = new MaskGenerator(key, TestSecrets.ACCESS)) {
        for (LinearLayerSpec layer : half.plan().layers()) {
          int[] mask = new int[layer.geometry().inputSize()];
          generator.fill(layer.tensorId(), ResidueField.P31, mask, mask.length);
          int[] u = new int[layer.geometry().outputSize()];
          try (LinearKernel kernel =
              new ScalarKernels()
                  .prepare(ResidueField.P31, layer.geometry(), half.weights().get(layer.index()))) {
            kernel.apply(mask, u);
          }
          factors.add(u);
        }
      }
      return factors;
    }

    /** Whether three numbers next to each other in any result become the true ones. */
    boolean unmasksAResult(long pass, List<int[]> factors) {
      for (LinearLayerSpec layer : half.plan().layers()) {
        Id id = new Id(pass, layer.index());
        int[] plain =
            LayerArithmetic.unmaskedIntegers(
                layer.geometry(),
                results.get(id),
                factors.get(layer.index()),
                Lift.centred(half.plan().field(layer), layer.geometry().outChannels()));
        int equal = 0;
        for (int i = 0; i < plain.length; i++) {
          equal = plain[i] == truth.get(id)[i] ? equal + 1 : 0;
          if (equal == 3) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
