/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.codec;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassId;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.core.text.Printable;
import org.lepcnn.kafka.chunk.ByteSlice;
import org.lepcnn.kafka.chunk.ChunkLayout;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.wire.ClaimRequest;
import org.lepcnn.kafka.wire.ReleaseRequest;
import org.lepcnn.kafka.wire.TensorChunk;

/**
 * Requests to and from bytes. Immutable and thread-safe.
 *
 * <p>Encoding a tensor costs one allocation a chunk and one copy of the residues; decoding copies
 * no residue. Both forms are exactly Avro's.
 */
public final class RequestCodec {
  private static final String WHAT = "TensorChunk";
  private static final Schema CLAIM_SCHEMA = ClaimRequest.getClassSchema();
  private static final Schema RELEASE_SCHEMA = ReleaseRequest.getClassSchema();
  private static final Schema TENSOR_SCHEMA = TensorChunk.getClassSchema();
  private static final long CLAIM = KnownSchemas.fingerprint(CLAIM_SCHEMA);
  private static final long RELEASE = KnownSchemas.fingerprint(RELEASE_SCHEMA);
  private static final long TENSOR = KnownSchemas.fingerprint(TENSOR_SCHEMA);
  private static final RequestCodec CURRENT = new RequestCodec(KnownSchemas.current());

  private final KnownSchemas schemas;

  /**
   * A codec that also reads what other releases wrote.
   *
   * @param schemas the writer schemas to accept
   */
  public RequestCodec(KnownSchemas schemas) {
    this.schemas = schemas;
  }

  /** The codec of this release. */
  public static RequestCodec current() {
    return CURRENT;
  }

  /** Reads a record's value; the view shares the array, which nobody may change afterwards. */
  public EdgeRequest decode(byte[] value) {
    return decode(ByteSlice.of(value));
  }

  /**
   * Reads a record's value.
   *
   * @throws MalformedRecordException for anything that is not a request
   */
  public EdgeRequest decode(ByteSlice record) {
    long fingerprint = SingleObject.schemaFingerprint(record);
    ByteSlice body = SingleObject.body(record);
    try {
      if (fingerprint == TENSOR) {
        return readTensor(record, body);
      }
      Schema writer = SingleObject.writerSchema(schemas, fingerprint);
      if (writer.getFullName().equals(CLAIM_SCHEMA.getFullName())) {
        return view(SingleObject.decode(ClaimRequest.class, CLAIM_SCHEMA, writer, body));
      }
      if (writer.getFullName().equals(RELEASE_SCHEMA.getFullName())) {
        return view(SingleObject.decode(ReleaseRequest.class, RELEASE_SCHEMA, writer, body));
      }
      if (writer.getFullName().equals(TENSOR_SCHEMA.getFullName())) {
        return decode(
            reencode(SingleObject.decode(TensorChunk.class, TENSOR_SCHEMA, writer, body)));
      }
      throw SingleObject.unexpected("a ClaimRequest, ReleaseRequest or TensorChunk", writer);
    } catch (MalformedRecordException e) {
      throw e;
    } catch (BadInputException e) {
      throw new MalformedRecordException(Printable.reason(e), e);
    }
  }

  /** Writes a claim. */
  public byte[] encode(PassClaim claim, long lifetimeMillis) {
    WireWriter out =
        new WireWriter(
            CLAIM,
            WireWriter.sizeOfAscii(claim.device())
                + WireIds.CHAIN_AND_MODEL_BYTES
                + WireWriter.sizeOf(claim.firstPass())
                + WireWriter.sizeOf(claim.lastPass())
                + InstanceId.BYTES
                + WireWriter.sizeOf(lifetimeMillis));
    out.ascii(claim.device()).id(claim.chain().high(), claim.chain().low());
    out.fingerprint(claim.model()).number(claim.firstPass()).number(claim.lastPass());
    out.id(claim.instance().high(), claim.instance().low()).number(lifetimeMillis);
    return out.finish();
  }

  /** Writes a release. */
  public byte[] encode(PassRelease release, long lifetimeMillis) {
    WireWriter out =
        new WireWriter(
            RELEASE,
            WireWriter.sizeOfAscii(release.device())
                + WireIds.CHAIN_AND_MODEL_BYTES
                + WireWriter.sizeOf(release.firstFree())
                + InstanceId.BYTES
                + WireWriter.sizeOf(lifetimeMillis));
    out.ascii(release.device()).id(release.chain().high(), release.chain().low());
    out.fingerprint(release.model()).number(release.firstFree());
    out.id(release.instance().high(), release.instance().low()).number(lifetimeMillis);
    return out.finish();
  }

  /**
   * Writes a masked tensor as all its chunks.
   *
   * @param call the round that it is part of
   * @param tensor as in the plan
   * @param residues of the tensor, from index 0; there may be more
   */
  public List<byte[]> encodeTensor(
      PassRound call, MaskedTensorSpec tensor, int[] residues, long lifetimeMillis) {
    List<byte[]> records = new ArrayList<>();
    for (int chunk = 0; chunk < ChunkLayout.count(tensor.elements()); chunk++) {
      records.add(encodeChunk(call, tensor, residues, chunk, lifetimeMillis));
    }
    return records;
  }

  private static byte[] encodeChunk(
      PassRound call, MaskedTensorSpec tensor, int[] residues, int chunk, long lifetimeMillis) {
    int chunks = ChunkLayout.count(tensor.elements());
    int count = ChunkLayout.elementsOf(chunk, tensor.elements());
    int size =
        WireIds.sizeOf(call.pass(), call.round())
            + InstanceId.BYTES
            + WireWriter.sizeOf(tensor.id())
            + WireWriter.sizeOf(chunk)
            + WireWriter.sizeOf(chunks)
            + WireWriter.sizeOf(lifetimeMillis)
            + WireWriter.sizeOfResidues(tensor.field(), count);
    WireWriter out = new WireWriter(TENSOR, size);
    WireIds.write(out, call.pass(), call.round());
    out.id(call.instance().high(), call.instance().low());
    out.number(tensor.id()).number(chunk).number(chunks).number(lifetimeMillis);
    out.residues(tensor.field(), residues, ChunkLayout.firstElement(chunk), count);
    return out.finish();
  }

  private static TensorChunkView readTensor(ByteSlice record, ByteSlice body) {
    WireReader in = new WireReader(WHAT, body);
    PassId pass = WireIds.readPass(in);
    int round = in.readInt("round");
    ChunkChecks.notNegative(WHAT, "round", round);
    InstanceId instance =
        new InstanceId(in.readBigEndian("instance"), in.readBigEndian("instance"));
    int tensor = in.readInt("tensor");
    int chunk = in.readInt("chunk");
    int chunks = in.readInt("chunks");
    long lifetimeMillis = in.readLong("lifetimeMillis");
    ByteSlice payload = in.readBytes("payload");
    in.requireEnd();
    PassRound call = new PassRound(pass, round, instance);
    return new TensorChunkView(call, tensor, chunk, chunks, lifetimeMillis, payload, record);
  }

  private static AnnouncementView view(ClaimRequest read) {
    ChainId chain = WireIds.chain(read.getChain());
    PassClaim claim =
        new PassClaim(
            read.getDevice(),
            chain,
            WireIds.fingerprint(read.getModel()),
            read.getFirstPass(),
            read.getLastPass(),
            WireIds.instance(read.getInstance()));
    return new AnnouncementView(claim, read.getLifetimeMillis());
  }

  private static AnnouncementView view(ReleaseRequest read) {
    PassRelease release =
        new PassRelease(
            read.getDevice(),
            WireIds.chain(read.getChain()),
            WireIds.fingerprint(read.getModel()),
            read.getFirstFree(),
            WireIds.instance(read.getInstance()));
    return new AnnouncementView(release, read.getLifetimeMillis());
  }

  private static ByteSlice reencode(TensorChunk read) {
    return ByteSlice.of(RecordCodec.TENSOR_CHUNKS.encode(read));
  }
}
