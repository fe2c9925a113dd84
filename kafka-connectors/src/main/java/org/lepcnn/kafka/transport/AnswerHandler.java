/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.transport;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.kafka.chunk.ChunkAssembler;
import org.lepcnn.kafka.chunk.ChunkOutcome;
import org.lepcnn.kafka.chunk.MalformedRecordException;
import org.lepcnn.kafka.codec.AnswerCodec;
import org.lepcnn.kafka.codec.EdgeAnswer;
import org.lepcnn.kafka.codec.EdgeReplyView;
import org.lepcnn.kafka.codec.LayerChunkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches the edge's answers with open exchanges. Nothing that the edge or the broker sends can
 * make it fail: what does not fit is counted and ignored.
 *
 * <p>Memory is held for open exchanges only, as much as their results need, and the first chunk
 * under an id counts. Runs on the reader's thread; only {@link #forget} may be called from others.
 */
final class AnswerHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerHandler.class);

  private final OpenExchanges open;
  private final Counters counters;
  private final ChunkAssembler<Exchange> assembler = new ChunkAssembler<>();
  private final Queue<Exchange> ended = new ConcurrentLinkedQueue<>();

  AnswerHandler(OpenExchanges open, Counters counters) {
    this.open = open;
    this.counters = counters;
  }

  /** Lets go of the partial result of an exchange that has ended. */
  void forget(Exchange exchange) {
    ended.add(exchange);
  }

  /** To be called between polls. */
  void dropForgotten() {
    for (Exchange exchange = ended.poll(); exchange != null; exchange = ended.poll()) {
      assembler.drop(exchange);
    }
  }

  /** Bytes held for partial results. */
  long heldBytes() {
    return assembler.bytes();
  }

  void handle(byte[] value) {
    counters.recordsReceived.increment();
    counters.bytesReceived.add(value.length);
    try {
      EdgeAnswer answer = AnswerCodec.current().decode(value);
      Exchange exchange = open.find(answer.call());
      if (exchange == null) {
        counters.unexpected.increment();
      } else if (answer instanceof LayerChunkView chunk) {
        handleChunk(exchange, chunk);
      } else if (answer instanceof EdgeReplyView reply) {
        handleReply(exchange, reply);
      }
    } catch (MalformedRecordException e) {
      counters.malformed.increment();
      LOG.debug("Ignoring a record of the results topic: {}", e.getMessage());
    }
  }

  private void handleChunk(Exchange exchange, LayerChunkView chunk) {
    ChunkOutcome outcome =
        assembler.offer(
            exchange,
            exchange.results(),
            chunk.layer(),
            chunk.chunk(),
            chunk.chunks(),
            chunk.payload());
    if (outcome instanceof ChunkOutcome.Complete complete) {
      open.succeed(exchange, complete.parts());
    } else if (outcome instanceof ChunkOutcome.Duplicate) {
      counters.duplicates.increment();
    } else {
      exchange.received();
    }
  }

  private void handleReply(Exchange exchange, EdgeReplyView reply) {
    if (!reply.instance().equals(exchange.instance())) {
      counters.unexpected.increment();
    } else if (reply.error().isEmpty()) {
      open.succeed(exchange, List.of());
    } else {
      counters.refusals.increment();
      EdgeErrorCode code = reply.error().get();
      if (code.retriable()) {
        exchange.refused(code + ": " + reply.message(), System.nanoTime());
      } else {
        open.fail(exchange, new EdgeRefusedException(code, exchange.id() + ": " + reply.message()));
      }
    }
  }
}
