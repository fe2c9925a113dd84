/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.stage.HostTensor;

/** A model without an edge: a test says what a pass does. */
public final class FakeModel implements ServedModel {
  public static final String VERSION = "0123456789ab";

  private final String name;
  private final List<ValueSpec> inputs;
  private final List<ValueSpec> outputs;
  public final AtomicLong passes = new AtomicLong();
  public volatile Function<Map<String, HostTensor>, CompletableFuture<Map<String, HostTensor>>>
      pass;
  public volatile long passesLeft = 100;
  public volatile boolean quarantined;
  public volatile @Nullable Preprocessing preprocessing;
  public volatile @Nullable Naming naming;

  public FakeModel(String name, List<ValueSpec> inputs, List<ValueSpec> outputs) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Takes six numbers, gives them doubled, and their sum. */
  public static FakeModel doubling(String name) {
    FakeModel model =
        new FakeModel(
            name,
            List.of(new ValueSpec("picture", HostTensor.FLOAT, new long[] {1, 2, 3})),
            List.of(
                new ValueSpec("doubled", HostTensor.FLOAT, new long[] {1, 2, 3}),
                new ValueSpec("sum", HostTensor.INT64, new long[] {1})));
    model.pass = inputs -> CompletableFuture.completedFuture(doubled(inputs));
    return model;
  }

  /** Gives every input back under its own name. */
  public static FakeModel echo(String name, List<ValueSpec> values) {
    FakeModel model = new FakeModel(name, values, values);
    model.pass = CompletableFuture::completedFuture;
    return model;
  }

  public static Map<String, HostTensor> doubled(Map<String, HostTensor> inputs) {
    float[] picture = inputs.get("picture").floats();
    float[] doubled = new float[picture.length];
    float sum = 0;
    for (int i = 0; i < picture.length; i++) {
      doubled[i] = 2 * picture[i];
      sum += picture[i];
    }
    return Map.of(
        "doubled",
        HostTensor.of(doubled, 1, 2, 3),
        "sum",
        HostTensor.of(new long[] {(long) sum}, 1));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public List<ValueSpec> inputs() {
    return inputs;
  }

  @Override
  public List<ValueSpec> outputs() {
    return outputs;
  }

  @Override
  public @Nullable Preprocessing preprocessing() {
    return preprocessing;
  }

  @Override
  public @Nullable Naming naming() {
    return naming;
  }

  @Override
  public long passesLeft() {
    return passesLeft;
  }

  @Override
  public boolean quarantined() {
    return quarantined;
  }

  @Override
  public CompletableFuture<PassResult> infer(Map<String, HostTensor> values) {
    CompletableFuture<Map<String, HostTensor>> outputsOfPass = pass.apply(values);
    long number = passes.getAndIncrement();
    return outputsOfPass.thenApply(
        all -> new PassResult(number, all, new PassTimings(0, 0, 0, 0, 0, 0, 0), 0, 0, 1));
  }
}
