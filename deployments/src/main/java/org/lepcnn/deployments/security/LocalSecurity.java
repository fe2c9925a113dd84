/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;

/**
 * The secrets of one local cluster: certificates, users and their client configurations; see the
 * package for the folder's layout. Passwords are 192 random bits and stand in owner-only files.
 *
 * <p>Users are {@value #ADMIN} (may do everything), {@value #EDGE} and one for each gateway, {@link
 * #gatewayUser}. Nothing but {@value #ADMIN} and the broker itself may do anything until access
 * rules say so.
 *
 * @param folder of the secrets
 * @param authentication how clients prove who they are
 */
public record LocalSecurity(Path folder, ClientAuthentication authentication) {
  /** The user that may do everything. */
  public static final String ADMIN = "admin";

  /** The edge job's user. */
  public static final String EDGE = "edge";

  /** The broker's own name on its internal listeners, by certificate. */
  public static final String BROKER = "broker";

  private static final int PASSWORD_BYTES = 24;
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,79}");

  /** The user of a gateway. */
  public static String gatewayUser(String gateway) {
    return "gateway-" + gateway;
  }

  /**
   * Makes the secrets of a new cluster, or finds those that this folder holds already.
   *
   * @param folder made if absent, for its owner alone
   * @param gateways names of gateways that get a user
   * @throws BadInputException when the folder holds another kind of authentication or lacks a user
   */
  public static LocalSecurity prepare(
      Path folder, ClientAuthentication authentication, List<String> gateways) {
    Set<String> users = new LinkedHashSet<>(List.of(ADMIN, EDGE));
    gateways.forEach(gateway -> users.add(gatewayUser(gateway)));
    users.forEach(LocalSecurity::checkUser);
    LocalSecurity security = new LocalSecurity(folder.toAbsolutePath(), authentication);
    if (Files.exists(security.complete())) {
      security.requireSame(users);
    } else {
      security.make(users);
    }
    return security;
  }

  /**
   * The client configuration of a user, for {@code --client-config}.
   *
   * @throws BadInputException when there is no such user
   */
  public Path clientConfig(String user) {
    Path file = clients().resolve(user + ".properties");
    if (!Files.exists(file)) {
      throw BadInputException.about("Security of the local cluster in " + folder)
          .expected("the user '" + user + "' among those it was made for")
          .found("none");
    }
    return file;
  }

  /** What stands for {@code @NAMES@} in the broker's configuration. */
  public Map<String, String> brokerSettings() {
    return Map.of(
        "SECURITY_DIR", folder.toString(),
        "CLIENT_PROTOCOL", authentication.protocol(),
        "CLIENT_CERTIFICATE", authentication.clientCertificate());
  }

  /** The further argument of {@code StorageTool format}: a file, so that no password is one. */
  public String storageArgument() {
    return "@" + storageArguments();
  }

  private void make(Set<String> users) {
    try {
      makeFolder(folder);
      makeFolder(clients());
    } catch (IOException e) {
      throw EnvironmentException.about("Making the security of the local cluster")
          .expected("a writable folder " + folder)
          .found(e);
    }
    SecureRandom random = new SecureRandom();
    try (Certificates certificates = new Certificates(folder, password(random))) {
      certificates.add(BROKER);
      write(authority(), certificates.authority());
      write(folder.resolve(BROKER + ".pem"), certificates.keyAndChain(BROKER));
      switch (authentication) {
        case SCRAM -> addPasswords(users, random);
        case MUTUAL_TLS -> addCertificates(users, certificates);
      }
    }
    write(complete(), authentication.text() + "\n");
  }

  private void addPasswords(Set<String> users, SecureRandom random) {
    List<String> arguments = new ArrayList<>();
    for (String user : users) {
      String password = password(random);
      arguments.add("--add-scram");
      arguments.add("SCRAM-SHA-512=[name=%s,password=%s]".formatted(user, password));
      Map<String, String> config = clientSettings();
      config.put("sasl.mechanism", "SCRAM-SHA-512");
      config.put(
          "sasl.jaas.config",
          "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
              .formatted(user, password));
      writeClient(user, config);
    }
    write(storageArguments(), String.join("\n", arguments) + "\n");
  }

  private void addCertificates(Set<String> users, Certificates certificates) {
    for (String user : users) {
      certificates.add(user);
      Path key = clients().resolve(user + ".pem");
      write(key, certificates.keyAndChain(user));
      Map<String, String> config = clientSettings();
      config.put("ssl.keystore.type", "PEM");
      config.put("ssl.keystore.location", key.toString());
      writeClient(user, config);
    }
    // The StorageTool refuses an empty file; this says what holds for a new folder anyway.
    write(storageArguments(), "--ignore-formatted\n");
  }

  private Map<String, String> clientSettings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("security.protocol", authentication.protocol());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", authority().toString());
    return settings;
  }

  private void writeClient(String user, Map<String, String> settings) {
    StringBuilder text =
        new StringBuilder("# Kafka client configuration of " + user + "; secret\n");
    settings.forEach(
        (key, value) ->
            text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
    write(clients().resolve(user + ".properties"), text.toString());
  }

  private void requireSame(Set<String> users) {
    try {
      String found = Files.readString(complete()).strip();
      if (!found.equals(authentication.text())) {
        throw BadInputException.about("Security of the local cluster in " + folder)
            .expected("client authentication " + authentication.text())
            .found(found, "Remove the cluster, or start it as it was made.");
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Reading " + complete())
          .expected("a readable file")
          .found(e);
    }
    users.forEach(this::clientConfig);
  }

  private static void checkUser(String user) {
    if (!USER.matcher(user).matches()) {
      throw BadInputException.about("Security of the local cluster")
          .expected("users of letters, digits, '-' and '_'")
          .found("'" + user + "'");
    }
  }

  private static String password(SecureRandom random) {
    byte[] bytes = new byte[PASSWORD_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static void makeFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static void write(Path file, String text) {
    AtomicFiles.writePrivate(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path clients() {
    return folder.resolve("clients");
  }

  private Path authority() {
    return folder.resolve("ca.pem");
  }

  private Path storageArguments() {
    return folder.resolve("storage.args");
  }

  private Path complete() {
    return folder.resolve("complete");
  }
}
