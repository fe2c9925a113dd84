/** Settings and failures that all Kafka clients of this project share. */
@NullMarked
@PublicApi
package org.lepcnn.kafka.client;

import org.jspecify.annotations.NullMarked;
import org.lepcnn.core.api.PublicApi;
