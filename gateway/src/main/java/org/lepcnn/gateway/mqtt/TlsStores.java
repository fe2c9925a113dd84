/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.gateway.HttpSettings;

/** Opens the files of keys and certificates that TLS needs. */
final class TlsStores {
  private static final String PKCS12 = "PKCS12";

  private TlsStores() {}

  /** Whom to trust: those that a file names. */
  static TrustManagerFactory trust(Path file, Path passwordFile) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(open(file, HttpSettings.secret(passwordFile).toCharArray()));
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw notOpened(file, e);
    }
  }

  /** What to show: the key and certificate of a file. */
  static KeyManagerFactory keys(Path file, Path passwordFile) {
    char[] password = HttpSettings.secret(passwordFile).toCharArray();
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(open(file, password), password);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw notOpened(file, e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private static KeyStore open(Path file, char[] password)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(PKCS12);
    byte[] bytes = WholeFile.read("key store " + file, file, WholeFile.MAX_SETTINGS_BYTES);
    store.load(new ByteArrayInputStream(bytes), password);
    return store;
  }

  private static EnvironmentException notOpened(Path file, Exception e) {
    return EnvironmentException.about("Opening " + file)
        .expected("a PKCS #12 file that its password opens")
        .found(e);
  }
}
