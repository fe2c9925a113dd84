/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.util.Map;
import java.util.function.LongSupplier;
import org.lepcnn.flink.kernel.ModelRegistry;
import org.lepcnn.flink.kernel.ModelSource;
import org.lepcnn.flink.model.FixedModel;
import org.lepcnn.flink.model.ModelPool;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.flink.quota.QuotaSettings;
import org.lepcnn.flink.quota.Quotas;

/**
 * No admission: every device on every gateway may use the models, without quotas. For development
 * and measurements.
 */
public final class OpenControl implements EdgeControl {
  private final ModelPool models;
  private final Quotas quotas = new Quotas(QuotaSettings.UNLIMITED);

  private OpenControl(ModelPool models) {
    this.models = models;
  }

  /** Opens a control that serves the model of a folder. */
  public static EdgeControl.Provider of(ModelSource source) {
    return warmUp -> over(new FixedModel(ModelRegistry.acquire(source, warmUp)));
  }

  /**
   * A control that serves these models.
   *
   * @param models closed with the control
   */
  public static EdgeControl over(ModelPool models) {
    return new OpenControl(models);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public Enrolment enrolment(String device) {
    return Enrolment.OPEN;
  }

  @Override
  public ModelPool models() {
    return models;
  }

  @Override
  public Quotas quotas() {
    return quotas;
  }

  @Override
  public Map<String, LongSupplier> figures() {
    return Map.of();
  }

  @Override
  public void close() {
    models.close();
  }
}
