/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.process.ManagedProcess;

/**
 * Keys and certificates of one local cluster, made by the JDK's keytool: an authority and, signed
 * by it, one key pair for each name (ECDSA on P-256, valid for a year).
 *
 * <p>Keys leave as PEM files, which Kafka reads without a password; the key store itself, and with
 * it the authority's key, is deleted by {@link #close}.
 */
final class Certificates implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(300);
  private static final String AUTHORITY = "ca";
  private static final String VALIDITY_DAYS = "365";

  private final Path folder;
  private final char[] password;

  /**
   * @param folder owner-only; holds the key store until {@link #close}
   */
  Certificates(Path folder, String password) {
    this.folder = folder;
    this.password = password.toCharArray();
    AtomicFiles.writePrivate(passwordFile(), password.getBytes(StandardCharsets.US_ASCII));
    keytool(
        AUTHORITY,
        "CN=lepcnn local cluster",
        List.of("-ext", "bc:critical=ca:true,pathlen:0", "-ext", "ku:critical=keyCertSign"));
  }

  /** Adds a key pair whose certificate serves as a server's on the loopback interface too. */
  void add(String name) {
    keytool(
        name,
        "CN=" + name,
        List.of(
            "-signer",
            AUTHORITY,
            "-ext",
            "san=dns:localhost,ip:127.0.0.1",
            "-ext",
            "eku=serverAuth,clientAuth"));
  }

  /** The authority's certificate. */
  String authority() {
    try {
      return pem("CERTIFICATE", store().getCertificate(AUTHORITY).getEncoded());
    } catch (GeneralSecurityException e) {
      throw unreadable(e);
    }
  }

  /** A name's private key and certificates, the name's own first. */
  String keyAndChain(String name) {
    try {
      KeyStore store = store();
      StringBuilder text = new StringBuilder();
      text.append(pem("PRIVATE KEY", store.getKey(name, password).getEncoded()));
      for (Certificate certificate : store.getCertificateChain(name)) {
        text.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      return text.toString();
    } catch (GeneralSecurityException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(keyStore());
      Files.deleteIfExists(passwordFile());
    } catch (IOException e) {
      throw EnvironmentException.about("Deleting " + keyStore()).found(e);
    }
  }

  private void keytool(String alias, String name, List<String> further) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-validity", VALIDITY_DAYS, "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", keyStore().toString()));
    command.addAll(List.of("-storepass:file", passwordFile().toString()));
    command.addAll(further);
    Path log = folder.resolve("keytool.log");
    try (ManagedProcess keytool = ManagedProcess.startCommand("keytool", command, Map.of(), log)) {
      int status = keytool.awaitExit(LIMIT);
      if (status != 0) {
        throw new EnvironmentException(
            "Making a certificate for %s: keytool of %s ended with status %d: %s"
                .formatted(alias, System.getProperty("java.home"), status, keytool.logTail()));
      }
    }
  }

  private KeyStore store() throws GeneralSecurityException {
    try (InputStream in = Files.newInputStream(keyStore())) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      return store;
    } catch (IOException e) {
      throw EnvironmentException.about("Reading keytool's " + keyStore()).found(e);
    }
  }

  private static String pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, body, type);
  }

  private EnvironmentException unreadable(GeneralSecurityException e) {
    return EnvironmentException.about("Reading keytool's " + keyStore()).found(e);
  }

  private Path keyStore() {
    return folder.resolve("keys.p12");
  }

  private Path passwordFile() {
    return folder.resolve("keys.password");
  }
}
