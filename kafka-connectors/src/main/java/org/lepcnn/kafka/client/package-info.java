/** Settings and failures that all Kafka clients of this project share. */
@NullMarked
@PublicApi
package org.lepcnn.kafka.client;

import org.lepcnn.core.api.PublicApi;
import org.jspecify.annotations.NullMarked;
