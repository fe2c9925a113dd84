/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * A broker and a Flink cluster on this machine, each process on its own, for the demo and for tests
 * on real processes.
 *
 * <p>Nothing here compiles against Kafka's or Flink's servers: their jars are gathered at build
 * time by {@code deployments/kafka-dist} and {@code deployments/flink-dist} and reach only the
 * class paths of the processes that are started. The settings are those of {@code
 * deployments/local/conf}, which the scripts use too.
 */
@Internal
package org.lepcnn.deployments;

import org.lepcnn.core.api.Internal;
