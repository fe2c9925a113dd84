/**
 * Tensors and results in pieces: how they are cut into records, and how a gateway puts them
 * together again in bounded memory.
 */
@NullMarked
@Internal
package org.lepcnn.kafka.chunk;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.Internal;
