/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.deployments.security;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.error.LepcnnException;

/**
 * Makes a security folder for the scripts: {@code FOLDER scram|mutual-tls [GATEWAY...]}. Prints the
 * two settings of the broker that depend on the authentication, protocol and client certificate.
 */
public final class SecurityMain {
  private static final int BAD_USAGE = 2;

  private SecurityMain() {}

  public static void main(String[] args) {
    if (args.length < 2) {
      System.err.println("expected FOLDER scram|mutual-tls [GATEWAY...]");
      System.exit(BAD_USAGE);
    }
    try {
      ClientAuthentication authentication = ClientAuthentication.parse(args[1]);
      List<String> gateways = List.of(args).subList(2, args.length);
      LocalSecurity.prepare(Path.of(args[0]), authentication, gateways);
      System.out.println(authentication.protocol() + " " + authentication.clientCertificate());
    } catch (LepcnnException e) {
      System.err.println(e.getMessage());
      System.exit(e.exitStatus());
    }
  }
}
