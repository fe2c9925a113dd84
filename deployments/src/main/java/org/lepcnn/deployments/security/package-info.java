/**
 * What a local broker needs for TLS, authentication and access control, made anew for every
 * cluster.
 *
 * <p>Layout of a security folder, all of it readable by the owner alone:
 *
 * <pre>
 * ca.pem                     certificate of the cluster's own authority; its key is thrown away
 * broker.pem                 the broker's key (PKCS#8) and certificates, name CN=broker
 * storage.args               arguments of Kafka's StorageTool with the users' passwords, one a line
 * clients/USER.properties    Kafka client configuration of a user, for --client-config
 * clients/USER.pem           the user's key and certificates, with mutual TLS alone
 * complete                   empty; written last
 * </pre>
 *
 * <p>No password is ever an argument of a process: keytool reads its own from a file, the
 * StorageTool reads {@code storage.args}, clients read their properties.
 */
@Internal
package org.lepcnn.deployments.security;

import org.lepcnn.core.api.Internal;
