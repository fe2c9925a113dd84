/** Putting chunked tensors together again, in bounded memory, for both directions. */
package org.lepcnn.kafka.assembly;
