/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.lepcnn.gateway.Meter;

/**
 * Something that must not lie in a gateway's folder, and lies there.
 *
 * @param name of the file
 * @param fate what the gateway does with it
 * @param maker writes it
 */
record BadInput(String name, Fate fate, Maker maker) {
  /** What a gateway does with a file. */
  enum Fate {
    /** It is moved to {@code failed}, with the reason beside it. */
    REFUSED,
    /** It is an input like any other, whatever its name. */
    ANSWERED,
    /** It is no file, and stays. */
    LEFT
  }

  /** Writes a file. */
  interface Maker {
    void write(Path file) throws IOException;
  }

  /** One of each kind, for a model that takes one grey picture. */
  static List<BadInput> all() {
    return List.of(
        refused("empty.png", new byte[0]),
        refused("text.png", "no picture".getBytes(StandardCharsets.UTF_8)),
        refused("half.jpg", file -> Files.write(file, halfJpeg())),
        refused("half.png", file -> Files.write(file, half(picture()))),
        refused("promises.png", file -> Files.write(file, promisesTooMuch())),
        refused("promises.pb", new byte[] {8, -1, -1, -1, -1, 7, 16, 1}),
        refused("negative.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}")),
        refused(
            "overflow.npy",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 16)}")),
        refused("python2.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L)}")),
        refused("no-rows.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1, 3)}")),
        refused("objects.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}")),
        refused("header.npy", npy("{".repeat(400))),
        refused("huge.npy", BadInput::huge),
        refused("no ending", new byte[] {1, 2, 3}),
        refused("line\nbreak\u001b[31m.png", "no picture".getBytes(StandardCharsets.UTF_8)),
        refused("n".repeat(240) + ".pb", new byte[] {8}),
        new BadInput("running", Fate.ANSWERED, file -> Files.copy(picture(), file)),
        new BadInput("done", Fate.ANSWERED, file -> Files.copy(picture(), file)),
        new BadInput("failed", Fate.ANSWERED, file -> Files.copy(picture(), file)),
        new BadInput("folder.png", Fate.LEFT, Files::createDirectory),
        new BadInput(
            "loop.png", Fate.LEFT, file -> Files.createSymbolicLink(file, file.getFileName())),
        new BadInput(
            "dangling.png", Fate.LEFT, file -> Files.createSymbolicLink(file, Path.of("nowhere"))));
  }

  /** Puts it into a folder, complete at once. */
  void put(Path folder, String prefix) throws IOException {
    Path temporary = folder.resolve(".making");
    maker.write(temporary);
    Files.move(temporary, folder.resolve(prefix + name));
  }

  private static BadInput refused(String name, byte[] bytes) {
    return refused(name, file -> Files.write(file, bytes));
  }

  private static BadInput refused(String name, Maker maker) {
    return new BadInput(name, Fate.REFUSED, maker);
  }

  private static Path picture() {
    return Meter.pictures().get(0);
  }

  private static byte[] half(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    return Arrays.copyOf(whole, whole.length / 2);
  }

  private static byte[] halfJpeg() throws IOException {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(ImageIO.read(picture().toFile()), "jpg", jpeg);
    byte[] whole = jpeg.toByteArray();
    return Arrays.copyOf(whole, whole.length * 3 / 4);
  }

  private static byte[] promisesTooMuch() {
    ByteBuffer png = ByteBuffer.allocate(64);
    png.putLong(0x89504e470d0a1a0aL).putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    return png.putInt(20_000).putInt(20_000).put((byte) 8).array();
  }

  private static byte[] npy(String header) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(10 + text.length + 64).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    return file.putShort((short) text.length).put(text).array();
  }

  /** Three gigabytes that take no room on the disk. */
  private static void huge(Path file) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }
  }
}
