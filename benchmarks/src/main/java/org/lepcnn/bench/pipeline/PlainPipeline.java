/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.pipeline;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.plainjob.PlainInput;
import org.lepcnn.bench.plainjob.PlainOperator;
import org.lepcnn.bench.plainjob.PlainRecord;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.kafka.chunk.ChunkLayout;

/** The plain (unmasked float) streaming job: the whole network in one call. */
final class PlainPipeline implements AutoCloseable {
  private final BaselineJob job;
  private final FloatBuffer[] input;

  private PlainPipeline(BaselineJob job, FloatBuffer[] input) {
    this.job = job;
    this.input = input;
  }

  /** Whether the network's inputs go into one record, as the plain job sends them. */
  static boolean fits(Map<String, HostTensor> inputs) {
    int values = inputs.values().stream().mapToInt(tensor -> tensor.floats().length).sum();
    return values <= ChunkLayout.MAX_CHUNK_ELEMENTS;
  }

  /** Starts the job and waits until it has answered once. */
  static PlainPipeline start(
      BaselineJob.Place place, BenchModel model, Map<String, HostTensor> inputs) {
    List<String> arguments = new ArrayList<>(List.of(model.onnx().toAbsolutePath().toString()));
    inputs.forEach((name, tensor) -> arguments.add(describe(name, tensor).toString()));
    FloatBuffer[] input =
        inputs.values().stream()
            .map(tensor -> FloatBuffer.wrap(tensor.floats()))
            .toArray(FloatBuffer[]::new);
    BaselineJob job = BaselineJob.start(place, PlainOperator.INFERENCE, arguments);
    try {
      PlainPipeline pipeline = new PlainPipeline(job, input);
      pipeline.submit("first").join();
      return pipeline;
    } catch (RuntimeException e) {
      job.close();
      throw e;
    }
  }

  /** One inference, there and back. */
  CompletableFuture<PlainRecord> submit(String device) {
    return job.gateway().submit(device, input);
  }

  long pid() {
    return job.pid();
  }

  @Override
  public void close() {
    job.close();
  }

  private static PlainInput describe(String name, HostTensor tensor) {
    return new PlainInput(name, Arrays.stream(tensor.shape()).boxed().toList());
  }
}
