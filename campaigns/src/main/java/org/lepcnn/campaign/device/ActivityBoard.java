/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lepcnn.core.error.EnvironmentException;

/**
 * What a device's process is doing, in a memory-mapped file: another process sees it at once, and
 * it outlives a SIGKILL. Written by the device, read by whoever kills it.
 *
 * <p>Layout, native byte order: for each activity two ints (threads inside, entries so far), then
 * the ints unanswered, answered, wrong and wasted, and the longs highest pass begun and highest
 * pass sent, each plus one.
 */
final class ActivityBoard {
  /** What a device can be doing. */
  enum Activity {
    /** Makes passes its own: derives keys and writes the state. */
    RESERVING(0),
    /** Encodes a round and hands it to the broker's client. */
    SENDING(1),
    /** From a result's arrival to the pass's next round: check, tables, unmasking, device stage. */
    UNMASKING(2),
    /** Ends in order. */
    CLOSING(3);

    private final int slot;

    Activity(int slot) {
      this.slot = slot;
    }
  }

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int UNANSWERED = 32;
  private static final int ANSWERED = 36;
  private static final int WRONG = 40;
  private static final int WASTED = 44;
  private static final int PASSES_BEGUN = 48;
  private static final int PASSES_SENT = 56;
  private static final int SIZE = 64;

  private final MappedByteBuffer buffer;

  private ActivityBoard(MappedByteBuffer buffer) {
    this.buffer = buffer;
  }

  /** Opens a board, made with zeros if absent. */
  static ActivityBoard open(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      return new ActivityBoard(buffer);
    } catch (IOException e) {
      throw EnvironmentException.about("Mapping " + file).found(e);
    }
  }

  void enter(Activity activity) {
    add(8 * activity.slot, 1);
    add(8 * activity.slot + 4, 1);
  }

  void leave(Activity activity) {
    add(8 * activity.slot, -1);
  }

  int inside(Activity activity) {
    return (int) INT.getVolatile(buffer, 8 * activity.slot);
  }

  int entries(Activity activity) {
    return (int) INT.getVolatile(buffer, 8 * activity.slot + 4);
  }

  void sending(long pass) {
    add(UNANSWERED, 1);
    raise(PASSES_SENT, pass + 1);
  }

  void begun(long pass) {
    raise(PASSES_BEGUN, pass + 1);
  }

  void wasted() {
    add(WASTED, 1);
  }

  void received() {
    add(UNANSWERED, -1);
  }

  void answered(boolean right) {
    add(ANSWERED, 1);
    add(WRONG, right ? 0 : 1);
  }

  /** Rounds handed to the broker's client that have no answer. */
  int unanswered() {
    return (int) INT.getVolatile(buffer, UNANSWERED);
  }

  /** Passes that were answered. */
  int answered() {
    return (int) INT.getVolatile(buffer, ANSWERED);
  }

  /** Of those, with another answer than expected, or with an error. */
  int wrong() {
    return (int) INT.getVolatile(buffer, WRONG);
  }

  /** Passes that were thrown away without work on them. */
  int wastedPasses() {
    return (int) INT.getVolatile(buffer, WASTED);
  }

  /** One more than the highest pass that work was begun on; 0 when none was. */
  long passesBegun() {
    return (long) LONG.getVolatile(buffer, PASSES_BEGUN);
  }

  /** One more than the highest pass of which anything was sent; 0 when nothing was. */
  long passesSent() {
    return (long) LONG.getVolatile(buffer, PASSES_SENT);
  }

  private void raise(int offset, long value) {
    long seen = (long) LONG.getVolatile(buffer, offset);
    while (seen < value && !LONG.compareAndSet(buffer, offset, seen, value)) {
      seen = (long) LONG.getVolatile(buffer, offset);
    }
  }

  private void add(int offset, int change) {
    var unused = (int) INT.getAndAdd(buffer, offset, change);
  }
}
