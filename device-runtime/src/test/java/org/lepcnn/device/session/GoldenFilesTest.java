/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.DamagedTableException;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.testkit.FakeEdge;
import org.lepcnn.device.testkit.SessionFixture;
import org.lepcnn.device.testkit.SessionModel;

/**
 * Files that earlier versions wrote, and that every later one has to read: a bundle, and under a
 * passphrase an owner file, a grant and a state in which one pass was taken and one check failed,
 * with its tables. {@link GoldenFilesMain} made them. They are never made anew: a new version of a
 * format gets a folder of its own beside the others, and these tests read every folder.
 */
class GoldenFilesTest {
  /** The fingerprint of each folder's model. */
  private static final Map<String, String> MODELS =
      Map.of(
          "1",
          "575eacfa552d3e7545504750a4c712ac098885e2ae6e90913023019a3994cefa",
          "2",
          "1f3a3e8a3efe5c33fdcb943d61824a3992b5c5239d48422bb26ed2817dfaf957",
          "3-aes",
          "1f3a3e8a3efe5c33fdcb943d61824a3992b5c5239d48422bb26ed2817dfaf957",
          "3-chacha",
          "1f3a3e8a3efe5c33fdcb943d61824a3992b5c5239d48422bb26ed2817dfaf957");

  @TempDir private Path folder;

  private final Passphrase passphrase = Passphrase.copyOf(GoldenFilesMain.PASSPHRASE.toCharArray());

  static List<String> folders() throws IOException, URISyntaxException {
    try (Stream<Path> folders = Files.list(golden())) {
      return folders.map(found -> found.getFileName().toString()).sorted().toList();
    }
  }

  private static Path golden() throws URISyntaxException {
    return Path.of(GoldenFilesTest.class.getResource("/golden").toURI());
  }

  private void copy(String version) throws IOException, URISyntaxException {
    Path golden = golden().resolve(version);
    try (Stream<Path> files = Files.walk(golden)) {
      files.forEach(file -> copy(file, folder.resolve(golden.relativize(file).toString())));
    }
  }

  private static void copy(Path from, Path to) {
    try {
      if (Files.isDirectory(from)) {
        Files.createDirectories(to);
      } else {
        Files.copy(from, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theTestReadsWhatIsThere() throws Exception {
    assertThat(folders()).containsExactlyInAnyOrderElementsOf(MODELS.keySet());
  }

  /** A format that got a new version has a folder that shows it. */
  @Test
  void everyVersionThatIsWritten_isThere() throws Exception {
    Path now = folder.resolve("now");
    GoldenFilesMain.write(now, CipherSuite.AES);
    assertThat(stamps(golden())).containsAll(stamps(now));
  }

  /** Magic and version of every file that has them. */
  private static Set<String> stamps(Path folder) throws IOException {
    Set<String> stamps = new TreeSet<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(GoldenFilesTest::isStamped).toList()) {
        ByteBuffer start = ByteBuffer.wrap(Files.readAllBytes(file));
        String magic = new String(start.array(), 0, Integer.BYTES, US_ASCII);
        stamps.add(magic + " " + start.getInt(Integer.BYTES));
      }
    }
    return stamps;
  }

  private static boolean isStamped(Path file) {
    return file.toString().matches(".*\\.(lep|lept|grant)");
  }

  private static CipherSuite suite(String version) {
    return version.endsWith("-chacha") ? CipherSuite.CHACHA : CipherSuite.AES;
  }

  private DeviceState openState() {
    return DeviceState.open(folder.resolve("state"), "", passphrase);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void bundle_isTheSameModel(String version) throws Exception {
    copy(version);
    ModelBundle bundle = ModelBundle.read(folder.resolve("bundle"));
    assertThat(bundle.fingerprint()).hasToString(MODELS.get(version));
    assertThat(bundle.plan().layers()).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void ownerFile_hasItsLedger_andOpensUnderItsPassphraseAlone(String version) throws Exception {
    copy(version);
    Path file = folder.resolve("owner.lep");
    assertThatThrownBy(() -> OwnerFile.open(file)).isInstanceOf(BadInputException.class);
    try (OwnerFile owner = OwnerFile.open(file, passphrase);
        DeviceState state = openState()) {
      assertThat(owner.ledger())
          .extracting(LedgerEntry::device)
          .containsExactlyInAnyOrder(GoldenFilesMain.DEVICE, GoldenFilesMain.OTHER_DEVICE);
      assertThat(owner.ledger()).extracting(LedgerEntry::suite).containsOnly(suite(version));
      try (ChainKeys keys = owner.chainKeys(GoldenFilesMain.DEVICE, state.model(), state.chain());
          PassKey issued = keys.passKeys(1, 1).get(0);
          PassKey held = state.reserve(1).take().key()) {
        assertThat(held).as("the key of pass 1").isEqualTo(issued);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void grant_beginsAChain(String version) throws Exception {
    copy(version);
    Path file = folder.resolve("other.grant");
    try (Grant grant = Grant.read(file, passphrase)) {
      assertThat(grant.device()).isEqualTo(GoldenFilesMain.OTHER_DEVICE);
      assertThat(grant.model()).hasToString(MODELS.get(version));
      assertThat(grant.suite()).isEqualTo(suite(version));
    }
    try (DeviceState state =
        DeviceState.init(file, folder.resolve("new state"), passphrase, passphrase)) {
      assertThat(state.nextPass()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void state_goesOnWhereItWas_withItsTables_andTheAnswerIsTheSameBits(String version)
      throws Exception {
    copy(version);
    ModelBundle bundle = ModelBundle.read(folder.resolve("bundle"));
    List<String> log = new CopyOnWriteArrayList<>();
    DeviceState state = openState();
    assertThat(state.nextPass()).isEqualTo(1);
    assertThat(state.integrityFailures()).isEqualTo(1);
    assertThat(state.device()).isEqualTo(GoldenFilesMain.DEVICE);
    assertThat(state.suite()).isEqualTo(suite(version));
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    assertThat(tables.passesLeftFrom(1)).isEqualTo(3);
    assertThat(tables.challengesPerLayer()).isEqualTo(2);
    FakeEdge edge = new FakeEdge(bundle.edge(), log);
    try (PrivateSession session = PrivateSession.builder(state, tables, edge).open()) {
      PassResult result =
          SessionFixture.await(session.submit(SessionModel.inputs(GoldenFilesMain.SEED)));
      assertThat(result.pass()).isEqualTo(1);
      float[] answer = new float[7];
      ByteBuffer.wrap(Files.readAllBytes(folder.resolve("answer.f32"))).asFloatBuffer().get(answer);
      assertThat(result.outputs().get("y").floats()).containsExactly(answer);
    } finally {
      edge.close();
    }
  }

  /** The tags of older tables, the sealed sides of newer ones: nothing that was changed passes. */
  @ParameterizedTest
  @MethodSource("folders")
  void aTableWhoseLastSectionWasChanged_isRefused(String version) throws Exception {
    for (int fromEnd : new int[] {1, 20, 40, 200}) {
      copyAgain(version);
      Path table = folder.resolve("tables").resolve("0-0-3.lept");
      byte[] bytes = Files.readAllBytes(table);
      bytes[bytes.length - fromEnd] ^= 4;
      Files.write(table, bytes);
      ModelBundle bundle = ModelBundle.read(folder.resolve("bundle"));
      DeviceState state = openState();
      FakeEdge edge = new FakeEdge(bundle.edge(), new CopyOnWriteArrayList<>());
      TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
      try (PrivateSession session = PrivateSession.builder(state, tables, edge).open()) {
        for (int pass = 1; pass <= 2; pass++) {
          SessionFixture.await(session.submit(SessionModel.inputs(GoldenFilesMain.SEED)));
        }
        assertThat(
                SessionFixture.failure(session.submit(SessionModel.inputs(GoldenFilesMain.SEED))))
            .as("pass 3, byte %d from the end", fromEnd)
            .isInstanceOf(DamagedTableException.class);
        assertThat(session.integrityFailures()).isEqualTo(1);
      } finally {
        edge.close();
      }
    }
  }

  private void copyAgain(String version) throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
    copy(version);
  }
}
