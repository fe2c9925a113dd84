/** Putting chunked results together again at the gateway, in bounded memory. */
@Internal
package org.lepcnn.kafka.assembly;

import org.lepcnn.core.api.Internal;
