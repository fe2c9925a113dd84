/** What time it is at the broker, whose append times decide how old a request is. */
package org.lepcnn.flink.clock;
