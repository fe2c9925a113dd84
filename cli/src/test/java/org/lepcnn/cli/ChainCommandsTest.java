/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.device.owner.ChainStatus;
import org.lepcnn.device.owner.LedgerEntry;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.RetiredChains;
import org.lepcnn.gateway.Meter;
import org.lepcnn.json.Json;

/** Provisioning a device again: what the ledger and the state hold, and how a chain goes. */
class ChainCommandsTest {
  @TempDir private Path folder;

  private Path owner;
  private Path bundle;
  private Path state;

  @BeforeEach
  void create() {
    owner = folder.resolve("owner.lep");
    bundle = folder.resolve("bundle");
    state = folder.resolve("state");
    Meter.importBundle().write(bundle);
    assertThat(CommandRun.of("owner", "create", "-o", owner).status()).isZero();
  }

  private CommandRun provision(String grant, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("device", "provision", "meter-1"));
    arguments.addAll(List.of("--owner", owner, "--bundle", bundle));
    arguments.addAll(List.of("-o", folder.resolve(grant), "--json"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  private static String chainOf(CommandRun ran) {
    return Json.parse(ran.out()).at("chain").asText();
  }

  private CommandRun init(String grant, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("device", "init", folder.resolve(grant)));
    arguments.addAll(List.of("--state", state, "--json"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  private List<LedgerEntry> ledger() {
    return OwnerFile.describe(owner).ledger();
  }

  @Test
  void provisionOntoAFileThatIsThere_leavesTheLedgerAlone() throws IOException {
    Files.writeString(folder.resolve("grant.lep"), "precious");
    CommandRun ran = provision("grant.lep");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("something is there already");
    assertThat(ledger()).isEmpty();
    assertThat(folder.resolve("grant.lep")).hasContent("precious");
    assertThat(provision("other.lep").status()).isZero();
    assertThat(ledger()).extracting(LedgerEntry::status).containsExactly(ChainStatus.GRANTED);
  }

  @Test
  void aSuite_isChosenWhenAChainBegins_andInspectShowsIt() {
    CommandRun aes = provision("aes.lep");
    CommandRun chacha = provision("chacha.lep", "--suite", "chacha");
    assertThat(Json.parse(aes.out()).at("suite").asText()).isEqualTo("aes");
    assertThat(Json.parse(chacha.out()).at("suite").asText()).isEqualTo("chacha");
    assertThat(CommandRun.of("inspect", folder.resolve("aes.lep")).out())
        .contains("cipher suite aes");
    assertThat(CommandRun.of("inspect", folder.resolve("chacha.lep")).out())
        .contains("cipher suite chacha");
    assertThat(CommandRun.of("inspect", owner).out())
        .containsSubsequence("suite aes", "suite chacha");
    assertThat(init("chacha.lep").status()).isZero();
    assertThat(CommandRun.of("inspect", state).out()).contains("suite chacha");
    assertThat(CommandRun.of("inspect", state, "--json").out()).contains("\"suite\":\"chacha\"");
    CommandRun unknown = provision("other.lep", "--suite", "des");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("expected one of [AES, CHACHA]");
    assertThat(ledger()).hasSize(2);
  }

  @Test
  void chain_isRetiredOnTheDeviceAndInTheLedger() {
    String first = chainOf(provision("first.lep"));
    String second = chainOf(provision("second.lep"));
    assertThat(init("first.lep").status()).isZero();
    assertThat(init("second.lep").status()).isZero();
    assertThat(CommandRun.of("device", "retire", first, "--state", state).status()).isZero();
    try (DeviceState open = DeviceState.open(state)) {
      assertThat(open.chain().toString()).isEqualTo(second);
    }
    assertThat(CommandRun.of("inspect", state).out()).contains("retired chain " + first);
    assertThat(CommandRun.of("device", "retire", second, "--owner", owner).status())
        .as("whose?")
        .isEqualTo(2);
    CommandRun retired =
        CommandRun.of("device", "retire", second, "--owner", owner, "--device", "meter-1");
    assertThat(retired.status()).as(retired.err()).isZero();
    assertThat(ledger())
        .extracting(LedgerEntry::status)
        .containsExactly(ChainStatus.GRANTED, ChainStatus.RETIRED);
    assertThat(CommandRun.of("inspect", owner).out()).contains("0 passes issued  RETIRED");
  }

  @Test
  void initOfANewGrant_retiresTheOthersOnRequest() {
    String first = chainOf(provision("first.lep"));
    assertThat(init("first.lep").status()).isZero();
    provision("second.lep");
    CommandRun ran = init("second.lep", "--retire-others");
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("\"retired\":[\"" + first + "\"]");
    assertThat(RetiredChains.list(state)).containsExactly(first);
    DeviceState.open(state).close();
  }
}
