/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.owner;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.CorruptFileException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.file.HeldFile;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.KeyWrap;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.SuiteNumber;

/** The contents of the owner file; see the package for the layout. */
record OwnerContents(SecretKey root, List<LedgerEntry> ledger, KeyWrap wrap) {
  static final int MAGIC = 0x4c45504f; // "LEPO"
  static final int VERSION = 4;

  /** Before it, every chain counted as granted. */
  private static final int FIRST_VERSION_WITH_STATUS = 3;

  /** Before it, every chain was of the suite {@link CipherSuite#AES}. */
  private static final int FIRST_VERSION_WITH_SUITE = 4;

  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());
  private static final int OLDEST_VERSION = 1;

  /** A ledger of some millions of chains. */
  static final int MAX_BYTES = 1 << 29;

  OwnerContents {
    ledger = List.copyOf(ledger);
  }

  /**
   * Reads the file.
   *
   * @param passphrase stays the caller's
   * @throws BadInputException there is none, its passphrase is another one, or none where one is
   *     given
   * @throws CorruptFileException it is empty, short or damaged
   */
  static OwnerContents read(Path file, Passphrase passphrase) {
    return read(
        file,
        new KeyReader() {
          @Override
          public KeyWrap ofVersion1(String what) {
            return KeyWrap.ofPlainFile(what, passphrase);
          }

          @Override
          public KeyWrap.Opened read(String what, BodyReader in, ByteBuffer body) {
            return KeyWrap.read(what, in, body, passphrase, 1);
          }
        });
  }

  /** As {@link #read}, with a wrap that opened the file before. */
  static OwnerContents readAgain(Path file, KeyWrap wrap) {
    return read(
        file,
        new KeyReader() {
          @Override
          public KeyWrap ofVersion1(String what) {
            wrap.requirePlain(what);
            return wrap;
          }

          @Override
          public KeyWrap.Opened read(String what, BodyReader in, ByteBuffer body) {
            return new KeyWrap.Opened(wrap, wrap.readAgain(what, in, body, 1), wrap.isSealed());
          }
        });
  }

  private interface KeyReader {
    /** How the key of version 1, which stands in front of the body, is kept from now on. */
    KeyWrap ofVersion1(String what);

    /** Reads the keys at the end of a body. */
    KeyWrap.Opened read(String what, BodyReader in, ByteBuffer body);
  }

  private static OwnerContents read(Path file, KeyReader keys) {
    byte[] bytes = readBytes(file);
    String what = file.toString();
    CheckedFile.Content content = CheckedFile.open(what, bytes, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    OwnerContents contents =
        content.version() == 1 ? readVersion1(what, in, keys) : read(what, in, content, keys);
    in.end();
    Arrays.fill(bytes, (byte) 0);
    return contents;
  }

  private static OwnerContents readVersion1(String what, BodyReader in, KeyReader keys) {
    KeyWrap wrap = keys.ofVersion1(what);
    SecretKey root = keyOfVersion1(in.bytes());
    return new OwnerContents(root, in.list(() -> readEntry(in, 1)), wrap);
  }

  private static OwnerContents read(
      String what, BodyReader in, CheckedFile.Content content, KeyReader keys) {
    List<LedgerEntry> ledger = in.list(() -> readEntry(in, content.version()));
    KeyWrap.Opened opened = keys.read(what, in, content.body());
    return new OwnerContents(opened.keys().get(0), ledger, opened.wrap());
  }

  private static SecretKey keyOfVersion1(byte[] bytes) {
    try {
      return SecretKey.copyOf(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Reads the ledger alone, which needs no passphrase; errors as {@link #read}. */
  static List<LedgerEntry> readLedger(Path file) {
    byte[] bytes = readBytes(file);
    String what = file.toString();
    CheckedFile.Content content = CheckedFile.open(what, bytes, MAGIC, OLDEST_VERSION, VERSION);
    BodyReader in = new BodyReader(what, content.body());
    if (content.version() == 1) {
      Arrays.fill(in.bytes(), (byte) 0);
    }
    List<LedgerEntry> ledger = in.list(() -> readEntry(in, content.version()));
    if (content.version() > 1) {
      KeyWrap.skip(in);
    }
    in.end();
    Arrays.fill(bytes, (byte) 0);
    return ledger;
  }

  /** The file's bytes; the caller erases them. */
  byte[] toFile() {
    BodyWriter writer = new BodyWriter().int32(ledger.size());
    for (LedgerEntry entry : ledger) {
      writer.string(entry.device()).bytes(entry.model().toBytes());
      writer.int64(entry.chain().high()).int64(entry.chain().low()).int64(entry.issuedPasses());
      SuiteNumber.write(writer.int32(entry.status().ordinal()), entry.suite());
    }
    wrap.write(writer, root, ACCESS);
    byte[] body = writer.toByteArray();
    byte[] bytes = CheckedFile.frame(MAGIC, VERSION, body);
    Arrays.fill(body, (byte) 0);
    return bytes;
  }

  @Override
  public String toString() {
    return "OwnerContents(" + ledger.size() + " chains)";
  }

  private static LedgerEntry readEntry(BodyReader in, int version) {
    String device = in.string();
    Fingerprint model = Fingerprint.of(in.bytes());
    ChainId chain = new ChainId(in.int64(), in.int64());
    long issued = in.int64();
    if (issued < 0) {
      throw in.corrupt("a count of passes is negative");
    }
    ChainStatus[] known = ChainStatus.values();
    int status = version < FIRST_VERSION_WITH_STATUS ? ChainStatus.GRANTED.ordinal() : in.int32();
    if (status < 0 || status >= known.length) {
      throw in.corrupt("a chain has the status " + status);
    }
    CipherSuite suite = version < FIRST_VERSION_WITH_SUITE ? CipherSuite.AES : SuiteNumber.read(in);
    return new LedgerEntry(device, model, chain, suite, issued, known[status]);
  }

  static BadInputException missing(Path file, NoSuchFileException cause) {
    return BadInputException.about("Reading the owner file " + file)
        .expected("a file")
        .because(cause)
        .found("none", "Restore it, or make one with 'lepcnn owner create'.");
  }

  private static byte[] readBytes(Path file) {
    try {
      return HeldFile.read("the owner file " + file, file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the owner file " + file)
          .expected("a readable file")
          .found(e);
    }
  }
}
