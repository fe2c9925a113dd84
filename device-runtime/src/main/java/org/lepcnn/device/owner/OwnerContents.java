/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.SecretKey;

/** The contents of the owner file; see the package for the layout. */
record OwnerContents(SecretKey root, List<LedgerEntry> ledger) {
  static final int MAGIC = 0x4c45504f; // "LEPO"
  static final int VERSION = 1;

  OwnerContents {
    ledger = List.copyOf(ledger);
  }

  /**
   * Reads the file.
   *
   * @throws BadInputException there is none
   * @throws CorruptFileException it is empty, short or damaged
   */
  static OwnerContents read(Path file) {
    byte[] bytes = readBytes(file);
    String what = file.toString();
    BodyReader in =
        new BodyReader(what, CheckedFile.open(what, bytes, MAGIC, VERSION, VERSION).body());
    byte[] root = in.bytes();
    List<LedgerEntry> ledger = in.list(() -> readEntry(in));
    in.end();
    try {
      return new OwnerContents(SecretKey.copyOf(root), ledger);
    } finally {
      Arrays.fill(root, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Replaces the file durably. */
  void write(Path file) {
    byte[] rootBytes = root.copyBytes();
    BodyWriter writer = new BodyWriter().bytes(rootBytes).int32(ledger.size());
    for (LedgerEntry entry : ledger) {
      writer.string(entry.device()).bytes(entry.model().toBytes());
      writer.int64(entry.chain().high()).int64(entry.chain().low()).int64(entry.issuedPasses());
    }
    byte[] body = writer.toByteArray();
    byte[] bytes = CheckedFile.frame(MAGIC, VERSION, body);
    try {
      AtomicFiles.writePrivate(file, bytes);
    } finally {
      Arrays.fill(rootBytes, (byte) 0);
      Arrays.fill(body, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "OwnerContents(" + ledger.size() + " chains)";
  }

  private static LedgerEntry readEntry(BodyReader in) {
    String device = in.string();
    Fingerprint model = Fingerprint.of(in.bytes());
    ChainId chain = new ChainId(in.int64(), in.int64());
    long issued = in.int64();
    if (issued < 0) {
      throw in.corrupt("a count of passes is negative");
    }
    return new LedgerEntry(device, model, chain, issued);
  }

  private static byte[] readBytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          "Reading the owner file "
              + file
              + ": expected a file; found none. Restore it, or make one with 'lepcnn owner create'.",
          e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Reading the owner file " + file + ": expected a readable file; found: " + e + ".", e);
    }
  }
}
