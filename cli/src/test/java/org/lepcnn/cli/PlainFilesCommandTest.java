/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.gateway.Meter;

/**
 * Commands that are given a passphrase refuse an owner file, grant or state that has none, write
 * nothing, and say how to accept it; without one they do not write what was under one.
 */
@Tag("slow")
class PlainFilesCommandTest {
  @TempDir private Path folder;

  private Path passphrase;
  private Path bundle;

  @BeforeEach
  void write() throws IOException {
    passphrase = Files.writeString(folder.resolve("passphrase"), "ours\n");
    bundle = folder.resolve("bundle");
    Meter.importBundle().write(bundle);
  }

  private Path at(String name) {
    return folder.resolve(name);
  }

  private static void assertRefused(Ran ran) {
    assertThat(ran.text()).contains("--accept-plain");
    assertThat(ran.status()).isEqualTo(2);
  }

  private Ran provision(Path owner, String grant, Object... more) {
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("device", "provision", "meter-1", "--owner", owner));
    arguments.addAll(List.of("--bundle", bundle, "-o", at(grant)));
    arguments.addAll(List.of(more));
    return Ran.command(arguments.toArray());
  }

  @Test
  void anAttackersPlainFiles_areRefused_whereOursHaveAPassphrase() throws IOException {
    String theOwners = "--passphrase-file";
    String theGrants = "--grant-passphrase-file";
    assertThat(Ran.command("owner", "create", "-o", at("ours"), theOwners, passphrase).status())
        .isZero();
    assertThat(Ran.command("owner", "create", "-o", at("theirs")).status()).isZero();
    assertThat(provision(at("theirs"), "their-grant").status()).isZero();

    assertRefused(provision(at("ours"), "grant", theOwners, passphrase));
    assertThat(at("grant")).doesNotExist();
    assertThat(provision(at("ours"), "grant", theOwners, passphrase, theGrants, passphrase))
        .satisfies(ran -> assertThat(ran.status()).as(ran.text()).isZero());
    byte[] theirs = Files.readAllBytes(at("theirs"));
    assertRefused(provision(at("theirs"), "grant-2", theOwners, passphrase, theGrants, passphrase));
    assertThat(at("theirs")).hasBinaryContent(theirs);

    Path state = at("state");
    Object[] init = {"device", "init", at("their-grant"), "--state", state};
    assertRefused(Ran.command(with(init, theGrants, passphrase, theOwners, passphrase)));
    assertThat(at("their-grant")).exists();
    assertThat(state).doesNotExist();
    Object[] ours = {"device", "init", at("grant"), "--state", state};
    assertRefused(Ran.command(with(ours, theGrants, passphrase)));
    assertThat(at("grant")).exists();
    assertThat(Ran.command(with(ours, theGrants, passphrase, "--accept-plain")).status()).isZero();

    Object[] infer = {"infer", at("none.png"), "--state", state, "--tables", at("tables")};
    Ran refused =
        Ran.command(
            with(infer, "--gateway", "home", theOwners, passphrase, "--bootstrap-server", "x:1"));
    assertRefused(refused);
  }

  /** The environment counts as a passphrase that is given. */
  @Test
  void precompute_refusesAPlainOwnerFile_whenTheEnvironmentNamesAPassphrase() throws Exception {
    assertThat(Ran.command("owner", "create", "-o", at("owner")).status()).isZero();
    assertThat(provision(at("owner"), "grant").status()).isZero();
    byte[] before = Files.readAllBytes(at("owner"));
    Ran refused = precompute();
    assertRefused(refused);
    assertThat(at("owner")).hasBinaryContent(before);
    Ran accepted = precompute("--accept-plain");
    assertThat(accepted.status()).as(accepted.text()).isZero();
    assertThat(precompute().status()).as("it is under the passphrase now").isZero();
    Files.write(at("copy"), before);
    Files.move(at("copy"), at("owner"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(precompute());
  }

  private Ran precompute(String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "precompute", "--owner", at("owner").toString()));
    command.addAll(List.of("--bundle", bundle.toString(), "--device", "meter-1", "--passes", "1"));
    command.addAll(List.of("--kernel", "scalar", "-o", at("tables").toString()));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LEPCNN_PASSPHRASE_FILE", passphrase.toString());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), text);
  }

  private static Object[] with(Object[] first, Object... more) {
    Object[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
