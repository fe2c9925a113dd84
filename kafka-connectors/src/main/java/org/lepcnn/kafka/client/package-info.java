/** Settings and failures that all Kafka clients of this project share. */
@PublicApi
package org.lepcnn.kafka.client;

import org.lepcnn.core.api.PublicApi;
