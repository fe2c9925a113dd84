/** The topics: their names, their settings, and how they are created. */
@NullMarked
@PublicApi
package org.lepcnn.kafka.topic;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
