/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.port.CallId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.residue.ResidueBytes;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.EdgeReply;
import org.lepcnn.kafka.wire.LayerChunk;

/** Results and replies to and from bytes, as {@link RequestCodec} does for requests. */
public final class AnswerCodec {
  private static final String ACCEPTED = "ACCEPTED";
  private static final Schema LAYER_SCHEMA = LayerChunk.getClassSchema();
  private static final Schema REPLY_SCHEMA = EdgeReply.getClassSchema();
  private static final long LAYER = KnownSchemas.fingerprint(LAYER_SCHEMA);
  private static final AnswerCodec CURRENT = new AnswerCodec(KnownSchemas.current());

  private final KnownSchemas schemas;

  /**
   * A codec that also reads what other releases wrote.
   *
   * @param schemas the writer schemas to accept
   */
  public AnswerCodec(KnownSchemas schemas) {
    this.schemas = schemas;
  }

  /** The codec of this release. */
  public static AnswerCodec current() {
    return CURRENT;
  }

  /** Reads a record's value; the view shares the array, which nobody may change afterwards. */
  public EdgeAnswer decode(byte[] value) {
    return decode(ByteSlice.of(value));
  }

  /**
   * Reads a record's value.
   *
   * @throws MalformedRecordException for anything that is not a result or reply
   */
  public EdgeAnswer decode(ByteSlice record) {
    long fingerprint = SingleObject.schemaFingerprint(record);
    ByteSlice body = SingleObject.body(record);
    try {
      if (fingerprint == LAYER) {
        return readLayer(record, body);
      }
      Schema writer = SingleObject.writerSchema(schemas, fingerprint);
      if (writer.getFullName().equals(REPLY_SCHEMA.getFullName())) {
        return view(SingleObject.decode(EdgeReply.class, REPLY_SCHEMA, writer, body));
      }
      if (writer.getFullName().equals(LAYER_SCHEMA.getFullName())) {
        LayerChunk read = SingleObject.decode(LayerChunk.class, LAYER_SCHEMA, writer, body);
        return decode(RecordCodec.LAYER_CHUNKS.encode(read));
      }
      throw SingleObject.unexpected("a LayerChunk or EdgeReply", writer);
    } catch (MalformedRecordException e) {
      throw e;
    } catch (BadInputException e) {
      throw new MalformedRecordException(Printable.reason(e), e);
    }
  }

  /**
   * Writes a layer's result as all its chunks.
   *
   * @param field of the layer
   * @param residues the result; its first {@code elements} are written
   */
  public List<byte[]> encodeLayer(
      PassId pass, int round, int layer, ResidueField field, int[] residues, int elements) {
    LayerRecords records = roomForLayer(pass, round, layer, field, elements);
    records.residues().put(0, residues, 0, elements);
    return records.values();
  }

  /** Writes all chunks of a layer's result but the residues themselves. */
  public LayerRecords roomForLayer(
      PassId pass, int round, int layer, ResidueField field, int elements) {
    List<byte[]> values = new ArrayList<>();
    List<ResidueBytes.Part> rooms = new ArrayList<>();
    for (int chunk = 0; chunk < ChunkLayout.count(elements); chunk++) {
      WireWriter out = chunkHeader(pass, round, layer, field, elements, chunk);
      rooms.add(out.room(field, ChunkLayout.elementsOf(chunk, elements)));
      values.add(out.finish());
    }
    return new LayerRecords(values, new ResidueBytes(field, rooms));
  }

  /** Writes a reply. */
  public byte[] encode(EdgeReplyView reply) {
    PassId pass = reply.call().pass();
    EdgeReply wire =
        EdgeReply.newBuilder()
            .setDevice(pass.device())
            .setChain(WireIds.wire(pass.chain()))
            .setModel(WireIds.wire(pass.model()))
            .setPass(pass.pass())
            .setRound(RoundField.of(reply.call()))
            .setInstance(WireIds.wire(reply.instance()))
            .setCode(reply.error().map(EdgeErrorCode::name).orElse(ACCEPTED))
            .setMessage(reply.message())
            .build();
    return RecordCodec.REPLIES.encode(wire);
  }

  private static WireWriter chunkHeader(
      PassId pass, int round, int layer, ResidueField field, int elements, int chunk) {
    int chunks = ChunkLayout.count(elements);
    int count = ChunkLayout.elementsOf(chunk, elements);
    int size =
        WireIds.sizeOf(pass, round)
            + WireWriter.sizeOf(layer)
            + WireWriter.sizeOf(chunk)
            + WireWriter.sizeOf(chunks)
            + WireWriter.sizeOfResidues(field, count);
    WireWriter out = new WireWriter(LAYER, size);
    WireIds.write(out, pass, round);
    return out.number(layer).number(chunk).number(chunks);
  }

  private static LayerChunkView readLayer(ByteSlice record, ByteSlice body) {
    WireReader in = new WireReader("LayerChunk", body);
    PassId pass = WireIds.readPass(in);
    int round = in.readInt("round");
    ChunkChecks.notNegative("LayerChunk", "round", round);
    int layer = in.readInt("layer");
    int chunk = in.readInt("chunk");
    int chunks = in.readInt("chunks");
    ByteSlice payload = in.readBytes("payload");
    in.requireEnd();
    return new LayerChunkView(
        new CallId.OfRound(pass, round), layer, chunk, chunks, payload, record);
  }

  private static EdgeReplyView view(EdgeReply read) {
    PassId pass =
        new PassId(
            read.getDevice(),
            WireIds.chain(read.getChain()),
            WireIds.fingerprint(read.getModel()),
            read.getPass());
    Optional<EdgeErrorCode> error = error(read.getCode());
    String message = read.getMessage();
    if (error.isPresent() && !error.get().name().equals(read.getCode())) {
      message = "code " + Printable.name(read.getCode()) + ", unknown to this release: " + message;
    }
    return new EdgeReplyView(
        RoundField.call(pass, read.getRound()),
        WireIds.instance(read.getInstance()),
        error,
        message);
  }

  private static Optional<EdgeErrorCode> error(String code) {
    if (code.equals(ACCEPTED)) {
      return Optional.empty();
    }
    for (EdgeErrorCode known : EdgeErrorCode.values()) {
      if (known.name().equals(code)) {
        return Optional.of(known);
      }
    }
    return Optional.of(EdgeErrorCode.INTERNAL);
  }
}
