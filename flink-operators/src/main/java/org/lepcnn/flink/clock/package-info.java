/** What time it is at the broker, whose append times decide how old a request is. */
@NullMarked
@Internal
package org.lepcnn.flink.clock;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
