/** Putting chunked results together again at the gateway, in bounded memory. */
package org.lepcnn.kafka.assembly;
