/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's type information for the records of the edge job: no reflection, no Kryo. */
public final class RecordTypes {
  /** Of the source. */
  public static final TypeInformation<InboundRecord> INBOUND =
      new RecordType<>(InboundRecord.class, InboundRecordSerializer.INSTANCE);

  /** Of decoded requests. */
  public static final TypeInformation<AssembledRequest> REQUEST =
      new RecordType<>(AssembledRequest.class, AssembledRequestSerializer.INSTANCE);

  /** Of records for the sinks. */
  public static final TypeInformation<OutgoingRecord> OUTGOING =
      new RecordType<>(OutgoingRecord.class, OutgoingRecordSerializer.INSTANCE);

  private RecordTypes() {}

  private static final class RecordType<T> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final TypeSerializer<T> serializer;

    RecordType(Class<T> type, TypeSerializer<T> serializer) {
      this.type = type;
      this.serializer = serializer;
    }

    @Override
    public boolean isBasicType() {
      return false;
    }

    @Override
    public boolean isTupleType() {
      return false;
    }

    @Override
    public int getArity() {
      return 1;
    }

    @Override
    public int getTotalFields() {
      return 1;
    }

    @Override
    public Class<T> getTypeClass() {
      return type;
    }

    @Override
    public boolean isKeyType() {
      return false;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
      return serializer;
    }

    @Override
    public String toString() {
      return type.getSimpleName();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof RecordType<?> that && type == that.type;
    }

    @Override
    public int hashCode() {
      return Objects.hash(type);
    }

    @Override
    public boolean canEqual(Object other) {
      return other instanceof RecordType<?>;
    }
  }
}
