/** The topics: their names, their settings, and how they are created. */
@NullMarked
@PublicApi
package org.lepcnn.kafka.topic;

import org.lepcnn.core.api.PublicApi;
import org.jspecify.annotations.NullMarked;
