/** The topics: their names, their settings, and how they are created. */
package org.lepcnn.kafka.topic;
