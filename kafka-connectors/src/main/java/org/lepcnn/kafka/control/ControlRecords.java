/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.control;

import java.nio.charset.StandardCharsets;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.codec.RecordCodec;
import org.lepcnn.kafka.codec.WireIds;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.kafka.wire.DeviceRecord;
import org.lepcnn.kafka.wire.ModelRecord;

/**
 * Reads records of the control topics. What comes back can be shown: ids are those of the key and
 * well-formed, names are printable and of bounded length, addresses too.
 */
public final class ControlRecords {
  /** The longest address of an edge half. */
  public static final int MAX_ADDRESS = 4_000;

  private ControlRecords() {}

  /**
   * A model; its name is made printable.
   *
   * @throws BadInputException when it cannot be read, is not that of the key, or its address is not
   *     printable
   */
  public static ModelRecord model(byte[] key, byte[] value) {
    ModelRecord record = RecordCodec.MODELS.decode(value);
    requireKey(key, WireIds.fingerprint(record.getModel()).toString());
    record.setName(Printable.name(record.getName()));
    String address = record.getEdgeHalf();
    if (!address.equals(Printable.line(address, MAX_ADDRESS))) {
      throw MalformedRecordException.about("Model")
          .expected("an address of at most " + MAX_ADDRESS + " printable characters")
          .found(Printable.name(address));
    }
    return record;
  }

  /**
   * A device.
   *
   * @throws BadInputException when it cannot be read, is not that of the key, or names a device or
   *     gateway that cannot be
   */
  public static DeviceRecord device(byte[] key, byte[] value) {
    DeviceRecord record = RecordCodec.DEVICES.decode(value);
    requireKey(key, PassId.checkDevice(record.getDevice()));
    Topics.checkGateway(record.getGateway());
    return record;
  }

  private static void requireKey(byte[] key, String id) {
    String name = new String(key, StandardCharsets.US_ASCII);
    if (!name.equals(id)) {
      throw MalformedRecordException.about("Control record")
          .expected("one of its key '" + Printable.name(name) + "'")
          .found("one of '" + id + "'");
    }
  }
}
