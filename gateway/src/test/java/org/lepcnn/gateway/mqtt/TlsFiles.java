/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

/** Keys of a broker and of a gateway, and a store that trusts both. */
final class TlsFiles {
  private TlsFiles() {}

  /** Makes broker.p12, gateway.p12 and trusted.p12. */
  static Path make(Path folder, String password) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (String name : new String[] {"broker", "gateway"}) {
      Path store = folder.resolve(name + ".p12");
      KeyStore keys = makeKey(store, name, password);
      trusted.setCertificateEntry(name, keys.getCertificate(name));
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("trusted.p12"))) {
      trusted.store(out, password.toCharArray());
    }
    return folder;
  }

  private static KeyStore makeKey(Path store, String name, String password) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                password)
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    return KeyStore.getInstance(store.toFile(), password.toCharArray());
  }
}
