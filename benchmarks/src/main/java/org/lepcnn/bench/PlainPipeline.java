/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * A further baseline of the pipeline: the whole network in float, unmasked, in one record to a job
 * and one record back, through the same broker. An implementation needs a streaming engine, which
 * this module does not carry; it is found by {@link ServiceLoader}, and where none is there the
 * result says so.
 */
public interface PlainPipeline extends AutoCloseable {
  /** For the table, such as {@code plain Flink job}. */
  String name();

  /**
   * Starts the job and waits until it serves.
   *
   * @param bootstrapServers of the running broker
   * @param onnx the network
   * @param logs a folder for its logs
   */
  void start(String bootstrapServers, Path onnx, Path logs);

  /** One inference, there and back; may be called by several threads. */
  void run(float[] input);

  @Override
  void close();
}
