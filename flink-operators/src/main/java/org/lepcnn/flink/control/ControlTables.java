/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.PassId;
import org.lepcnn.flink.model.PublishedModel;
import org.lepcnn.flink.quota.Allowed;
import org.lepcnn.flink.quota.Enrolment;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.control.ControlRecords;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.DeviceStatus;
import org.lepcnn.kafka.wire.Id256;
import org.lepcnn.kafka.wire.ModelRecord;
import org.lepcnn.kafka.wire.ModelStatus;

/**
 * The last record of every device and model. Written by one thread, read by many.
 *
 * <p>A device costs its id, a map entry and a reference: enrolments are shared between devices that
 * may do the same. {@code ControlTablesMemory} in the tests measures it.
 */
final class ControlTables {
  /** More models than one device can need. */
  private static final int MOST_MODELS = 1_000;

  /** As many as the guard keeps of one device. */
  private static final int MOST_CHAINS = 2_000;

  private static final int SHARED_ENROLMENTS = 10_000;

  private final Map<String, Enrolment> devices = new ConcurrentHashMap<>();
  private final Map<Fingerprint, PublishedModel> models = new ConcurrentHashMap<>();

  /** The latest distinct enrolments; only the writing thread uses it. */
  private final Map<Enrolment, Enrolment> shared =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Enrolment, Enrolment> eldest) {
          return size() > SHARED_ENROLMENTS;
        }
      };

  /** What a device may do; null when it is not enrolled. */
  @Nullable Enrolment device(String id) {
    return devices.get(id);
  }

  /** What is known of a model; null for nothing. */
  @Nullable PublishedModel model(Fingerprint id) {
    return models.get(id);
  }

  Collection<PublishedModel> models() {
    return models.values();
  }

  int deviceCount() {
    return devices.size();
  }

  /**
   * Takes a record of a control topic.
   *
   * @param key null when the record has none
   * @param value null for a tombstone
   * @return the model that the record changed, or null
   * @throws BadInputException when it cannot be read; nothing is changed then
   */
  @Nullable PublishedModel apply(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    if (key == null) {
      throw BadInputException.about("The record's key").expected("a name").found("none");
    }
    String name = new String(key, StandardCharsets.US_ASCII);
    if (topic.equals(Topics.DEVICES)) {
      applyDevice(PassId.checkDevice(name), key, value);
      return null;
    }
    return applyModel(Fingerprint.parse(name), key, value);
  }

  private void applyDevice(String device, byte[] key, byte @Nullable [] value) {
    if (value == null) {
      devices.computeIfPresent(device, (id, enrolment) -> enrolment.revoked() ? enrolment : null);
      return;
    }
    DeviceRecord record = ControlRecords.device(key, value);
    requireModels(record);
    List<Fingerprint> allowed = new ArrayList<>();
    for (Id256 model : record.getModels()) {
      allowed.add(WireIds.fingerprint(model));
    }
    Enrolment enrolment =
        new Enrolment(
            Topics.checkGateway(record.getGateway()),
            Allowed.only(allowed),
            chains(record),
            requireQuota(record.getRequestsPerSecond()),
            requireQuota(record.getBytesPerSecond()),
            record.getStatus() != DeviceStatus.ENROLLED);
    Enrolment known = shared.putIfAbsent(enrolment, enrolment);
    devices.put(device, known == null ? enrolment : known);
  }

  private @Nullable PublishedModel applyModel(Fingerprint id, byte[] key, byte @Nullable [] value) {
    if (value == null) {
      PublishedModel removed = models.remove(id);
      return removed == null ? null : withdrawn(removed);
    }
    ModelRecord record = ControlRecords.model(key, value);
    PublishedModel model =
        new PublishedModel(
            id,
            record.getName(),
            record.getEdgeHalf(),
            record.getDeviceHash().bytes(),
            record.getStatus() == ModelStatus.AVAILABLE);
    models.put(id, model);
    return model;
  }

  private static PublishedModel withdrawn(PublishedModel model) {
    return new PublishedModel(
        model.id(), model.name(), model.edgeHalf(), model.deviceHash(), false);
  }

  /** Naming none leaves the choice to the device, as records of before did, within bounds. */
  private static Allowed<ChainId> chains(DeviceRecord record) {
    if (record.getChains().size() > MOST_CHAINS) {
      throw BadInputException.about("The enrolment")
          .expected("at most " + MOST_CHAINS + " chains")
          .found(record.getChains().size());
    }
    return record.getChains().isEmpty()
        ? Allowed.all()
        : Allowed.only(record.getChains().stream().map(WireIds::chain).toList());
  }

  private static void requireModels(DeviceRecord record) {
    if (record.getModels().size() > MOST_MODELS) {
      throw BadInputException.about("The enrolment")
          .expected("at most " + MOST_MODELS + " models")
          .found(record.getModels().size());
    }
  }

  private static long requireQuota(long quota) {
    if (quota < 0) {
      throw BadInputException.about("The enrolment").expected("a quota from 0").found(quota);
    }
    return quota;
  }
}
