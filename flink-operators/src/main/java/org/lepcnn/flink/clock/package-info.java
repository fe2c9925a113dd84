/** What time it is at the broker, whose append times decide how old a request is. */
@NullMarked
@Internal
package org.lepcnn.flink.clock;

import org.lepcnn.core.api.Internal;
import org.jspecify.annotations.NullMarked;
