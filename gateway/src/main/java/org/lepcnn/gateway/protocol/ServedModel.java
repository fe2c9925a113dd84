/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.gateway.PrivateModel;

/** What a door needs of a model; the methods are those of {@link PrivateModel}. */
public interface ServedModel {
  String name();

  String version();

  List<ValueSpec> inputs();

  List<ValueSpec> outputs();

  /** How a picture becomes the one input; null where the bundle does not say. */
  @Nullable Preprocessing preprocessing();

  /** How scores are told; null where the bundle does not say. */
  @Nullable Naming naming();

  long passesLeft();

  boolean quarantined();

  CompletableFuture<PassResult> infer(Map<String, HostTensor> inputs);

  /** A gateway's model. */
  static ServedModel of(PrivateModel model) {
    return new OfGateway(model);
  }

  /** A gateway's model; names and types do not change. */
  record OfGateway(PrivateModel model, List<ValueSpec> inputs, List<ValueSpec> outputs)
      implements ServedModel {
    private OfGateway(PrivateModel model) {
      this(model, model.inputs(), model.outputs());
    }

    @Override
    public String name() {
      return model.name();
    }

    @Override
    public String version() {
      return model.version();
    }

    @Override
    public @Nullable Preprocessing preprocessing() {
      return model.preprocessing();
    }

    @Override
    public @Nullable Naming naming() {
      return model.naming();
    }

    @Override
    public long passesLeft() {
      return model.passesLeft();
    }

    @Override
    public boolean quarantined() {
      return model.quarantined();
    }

    @Override
    public CompletableFuture<PassResult> infer(Map<String, HostTensor> inputs) {
      return model.inferAsync(inputs);
    }
  }
}
