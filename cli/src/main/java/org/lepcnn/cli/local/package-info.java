/** A broker on this machine as a gateway and an edge find it: topics, users, access rules. */
package org.lepcnn.cli.local;
