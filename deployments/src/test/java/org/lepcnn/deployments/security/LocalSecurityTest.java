/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;

@Tag("slow")
class LocalSecurityTest {
  @TempDir Path folder;

  @Test
  void everyFileIsTheOwnersAlone_andTheAuthoritysKeyIsGone() throws Exception {
    Path secrets = folder.resolve("security");
    LocalSecurity.prepare(secrets, ClientAuthentication.SCRAM, List.of("home"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.walk(secrets)) {
      assertThat(files.filter(Files::isRegularFile).filter(LocalSecurityTest::holdsSecret))
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
    assertThat(secrets.resolve("keys.p12")).doesNotExist();
    assertThat(secrets.resolve("keys.password")).doesNotExist();
  }

  @Test
  void theBrokersCertificate_isSignedByTheAuthorityAndNamesTheLoopbackInterface() throws Exception {
    LocalSecurity.prepare(folder, ClientAuthentication.SCRAM, List.of());
    X509Certificate authority = certificate(Files.readString(folder.resolve("ca.pem")));
    String broker = Files.readString(folder.resolve("broker.pem"));
    X509Certificate own = certificate(broker.substring(broker.indexOf("-----BEGIN CERTIFICATE")));
    own.verify(authority.getPublicKey());
    assertThat(own.getSubjectX500Principal().getName()).isEqualTo("CN=broker");
    assertThat(own.getSubjectAlternativeNames().toString()).contains("127.0.0.1", "localhost");
    assertThat(own.getBasicConstraints()).as("no authority itself").isEqualTo(-1);
    assertThat(authority.getBasicConstraints()).isZero();
  }

  @Test
  void preparedAgain_keepsTheSecretsAndRefusesAnotherKind() throws Exception {
    LocalSecurity first =
        LocalSecurity.prepare(folder, ClientAuthentication.SCRAM, List.of("home"));
    String before = Files.readString(first.clientConfig(LocalSecurity.EDGE));
    assertThat(before).contains("SCRAM-SHA-512", "SASL_SSL", "username=\"edge\"");
    LocalSecurity again = LocalSecurity.prepare(folder, ClientAuthentication.SCRAM, List.of());
    assertThat(Files.readString(again.clientConfig(LocalSecurity.EDGE))).isEqualTo(before);
    assertThatThrownBy(
            () -> LocalSecurity.prepare(folder, ClientAuthentication.MUTUAL_TLS, List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected client authentication mutual-tls; found scram");
    assertThatThrownBy(
            () -> LocalSecurity.prepare(folder, ClientAuthentication.SCRAM, List.of("other")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("gateway-other");
  }

  @Test
  void mutualTls_givesEveryUserACertificateOfItsName() throws Exception {
    LocalSecurity security =
        LocalSecurity.prepare(folder, ClientAuthentication.MUTUAL_TLS, List.of("home"));
    String gateway = LocalSecurity.gatewayUser("home");
    assertThat(Files.readString(security.clientConfig(gateway)))
        .contains("security.protocol=SSL", "ssl.keystore.location=")
        .doesNotContain("sasl");
    String key = Files.readString(folder.resolve("clients").resolve(gateway + ".pem"));
    assertThat(certificate(key.substring(key.indexOf("-----BEGIN CERTIFICATE"))))
        .extracting(own -> own.getSubjectX500Principal().getName())
        .isEqualTo("CN=gateway-home");
  }

  @Test
  void namesThatWouldBreakAConfiguration_areRefused() {
    assertThatThrownBy(
            () ->
                LocalSecurity.prepare(
                    folder.resolve("new"), ClientAuthentication.SCRAM, List.of("a]b\"")))
        .isInstanceOf(BadInputException.class);
    assertThat(folder.resolve("new")).doesNotExist();
    assertThatThrownBy(() -> ClientAuthentication.parse("none"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("[scram, mutual-tls]");
  }

  private static boolean holdsSecret(Path file) {
    return !file.getFileName().toString().endsWith(".log");
  }

  private static X509Certificate certificate(String pem) throws Exception {
    try (InputStream in =
        new java.io.ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
