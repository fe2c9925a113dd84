/** A broker of its own for tests, shared with other modules as part of this module's test jar. */
package org.lepcnn.kafka.testkit;
