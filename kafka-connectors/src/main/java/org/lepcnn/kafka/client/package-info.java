/** Settings and failures that all Kafka clients of this project share. */
package org.lepcnn.kafka.client;
