/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.shared.ProcessWide;
import org.lepcnn.core.shared.ProcessWide.Share;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.kernel.ModelWarmUp;
import org.lepcnn.flink.model.ModelLimits;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.model.PublishedModel;
import org.lepcnn.flink.model.PublishedModels;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.quota.Quotas;

/**
 * Admission of enrolled devices and published models; all operators of a process with the same
 * settings share one reader, its tables, models and quotas.
 */
public final class KafkaControl implements EdgeControl.Provider {
  private static final long serialVersionUID = 1L;

  private final Settings settings;

  /**
   * @param client Kafka client properties, {@code bootstrap.servers} among them; copied
   * @param quotas of devices whose record names none
   * @param kernel the name of a kernel; empty for the best one of each machine
   * @param allowScalar whether expensive layers may run on the scalar kernel
   * @param modelCache a folder of each machine for edge halves; empty for one in the temporary
   *     folder
   */
  public KafkaControl(
      Properties client,
      QuotaSettings quotas,
      String kernel,
      boolean allowScalar,
      String modelCache,
      ModelLimits models) {
    Properties copy = new Properties();
    copy.putAll(client);
    settings = new Settings(copy, quotas, kernel, allowScalar, modelCache, models);
  }

  private record Settings(
      Properties client,
      QuotaSettings quotas,
      String kernel,
      boolean allowScalar,
      String modelCache,
      ModelLimits models)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    Settings {
      Objects.requireNonNull(kernel, "kernel");
      Objects.requireNonNull(modelCache, "model cache");
    }

    ModelSource source(Path folder) {
      return new ModelSource(folder.toString(), kernel, allowScalar);
    }

    Path cacheFolder() {
      return modelCache.isEmpty()
          ? Path.of(System.getProperty("java.io.tmpdir"), "lepcnn-model-cache")
          : Path.of(modelCache);
    }
  }

  @Override
  public EdgeControl open(ModelWarmUp warmUp) {
    return new Handle(
        ProcessWide.share(
            KafkaControl.class, settings, () -> new Opened(settings, warmUp), Opened::close));
  }

  /** Without the properties, which may hold credentials. */
  @Override
  public String toString() {
    return "KafkaControl";
  }

  private static final class Opened {
    final Quotas quotas;
    final ControlReader reader;
    final PublishedModels models;

    Opened(Settings settings, ModelWarmUp warmUp) {
      quotas = new Quotas(settings.quotas);
      reader = new ControlReader(settings.client, this::changed);
      models =
          new PublishedModels(
              id -> reader.tables().model(id),
              settings.cacheFolder(),
              settings::source,
              settings.models,
              warmUp);
      reader.start();
    }

    private void changed(PublishedModel model) {
      models.changed(model);
    }

    void close() {
      reader.close();
      models.close();
    }
  }

  private static final class Handle implements EdgeControl {
    private final Share<Opened> share;
    private final Opened shared;

    Handle(Share<Opened> share) {
      this.share = share;
      this.shared = share.get();
    }

    @Override
    public boolean isReady() {
      return shared.reader.isReady();
    }

    @Override
    public @Nullable Enrolment enrolment(String device) {
      return shared.reader.tables().device(device);
    }

    @Override
    public ModelPool models() {
      return shared.models;
    }

    @Override
    public Quotas quotas() {
      return shared.quotas;
    }

    @Override
    public Map<String, LongSupplier> figures() {
      return Map.of(
          "devices",
          () -> shared.reader.tables().deviceCount(),
          "models",
          () -> shared.reader.tables().models().size(),
          "modelsLoaded",
          shared.models::loadedCount,
          "modelBytesLoaded",
          shared.models::loadedBytes,
          "scalarLayers",
          shared.models::scalarLayers,
          "controlReady",
          () -> shared.reader.isReady() ? 1 : 0,
          "controlMalformed",
          shared.reader::malformed);
    }

    @Override
    public void close() {
      share.close();
    }
  }
}
