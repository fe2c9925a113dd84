/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.io.WholeFile;

/**
 * An imported model: a folder with the edge half ({@value #EDGE_FILE}), the device half ({@value
 * #DEVICE_FILE}) and a manifest ({@value #MANIFEST_FILE}) with the hashes of both. The edge gets
 * the edge half and the manifest; the device half stays with the owner and the devices.
 *
 * @param edge the plan and the weights
 * @param device the plan, the stages, scales and biases
 * @param manifest the hashes of both files
 */
public record ModelBundle(EdgeHalf edge, DeviceHalf device, Manifest manifest) {
  public static final String EDGE_FILE = "edge.lep";
  public static final String DEVICE_FILE = "device.lep";
  public static final String MANIFEST_FILE = "manifest.lep";

  /** The edge's view of a bundle. */
  public record EdgeView(EdgeHalf edge, Fingerprint fingerprint) {}

  /**
   * The hashes of the two halves.
   *
   * @param edgeHash SHA-256 of the edge half's file
   * @param deviceHash SHA-256 of the device half's file
   */
  public record Manifest(byte[] edgeHash, byte[] deviceHash) {
    private static final int MAGIC = 0x4c45504d; // "LEPM"
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 4_096;

    public Fingerprint fingerprint() {
      return Fingerprint.combine(edgeHash, deviceHash);
    }

    byte[] toFile() {
      return CheckedFile.frame(
          MAGIC, VERSION, new BodyWriter().bytes(edgeHash).bytes(deviceHash).toByteArray());
    }

    static Manifest parse(String what, byte[] file) {
      ByteBuffer body = CheckedFile.open(what, file, MAGIC, VERSION, VERSION).body();
      BodyReader in = new BodyReader(what, body);
      Manifest manifest = new Manifest(in.bytes(), in.bytes());
      in.end();
      if (manifest.edgeHash.length != Fingerprint.BYTES
          || manifest.deviceHash.length != Fingerprint.BYTES) {
        throw in.corrupt("a hash does not have 32 bytes");
      }
      return manifest;
    }
  }

  /** Joins the halves. */
  public static ModelBundle of(EdgeHalf edge, DeviceHalf device) {
    return new ModelBundle(edge, device, new Manifest(hash(edge.toFile()), hash(device.toFile())));
  }

  public Fingerprint fingerprint() {
    return manifest.fingerprint();
  }

  public Plan plan() {
    return device.plan();
  }

  /** Writes the folder: all of it or nothing. A bundle that is there already is replaced. */
  public void write(Path folder) {
    Path target = folder.toAbsolutePath();
    Path place = Folders.holding(target);
    Path temporary = target.resolveSibling(target.getFileName() + AtomicFiles.TEMPORARY_SUFFIX);
    refuseForeign(target);
    try {
      deleteFolder(temporary);
      AtomicFiles.write(temporary.resolve(EDGE_FILE), edge.toFile());
      AtomicFiles.write(temporary.resolve(DEVICE_FILE), device.toFile());
      AtomicFiles.write(temporary.resolve(MANIFEST_FILE), manifest.toFile());
      deleteFolder(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      AtomicFiles.syncDirectory(place);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the model bundle " + folder)
          .expected("a writable folder with enough space")
          .found(e);
    }
  }

  /** Reads and verifies a whole bundle. */
  public static ModelBundle read(Path folder) {
    Manifest manifest = readManifest(folder);
    byte[] edge = readHalf(folder, EDGE_FILE, manifest.edgeHash());
    byte[] device = readHalf(folder, DEVICE_FILE, manifest.deviceHash());
    EdgeHalf edgeHalf = EdgeHalf.parse(folder.resolve(EDGE_FILE).toString(), edge);
    DeviceHalf deviceHalf = DeviceHalf.parse(folder.resolve(DEVICE_FILE).toString(), device);
    return new ModelBundle(edgeHalf, deviceHalf, manifest);
  }

  /** Reads and verifies what the edge needs; the device half may be absent. */
  public static EdgeView readEdge(Path folder) {
    Manifest manifest = readManifest(folder);
    byte[] edge = readHalf(folder, EDGE_FILE, manifest.edgeHash());
    return new EdgeView(
        EdgeHalf.parse(folder.resolve(EDGE_FILE).toString(), edge), manifest.fingerprint());
  }

  /** The manifest of a bundle's folder: the hashes of both halves. */
  public static Manifest manifest(Path folder) {
    return readManifest(folder);
  }

  /**
   * Writes what the edge needs of a bundle into a folder that {@link #readEdge} reads: all of it or
   * nothing. The bytes are verified first.
   *
   * @param edgeFile the edge half's file
   * @param deviceHash SHA-256 of the device half's file
   * @param expected the model's fingerprint, which the two must prove
   * @throws BadInputException when they do not; nothing is written then
   */
  public static void writeEdge(
      Path folder, byte[] edgeFile, byte[] deviceHash, Fingerprint expected) {
    Manifest manifest = new Manifest(hash(edgeFile), deviceHash);
    if (!manifest.fingerprint().equals(expected)) {
      throw BadInputException.about("Verifying an edge half of " + edgeFile.length + " bytes")
          .expected("that of model " + expected)
          .found("one of " + manifest.fingerprint(), "Publish the model again.");
    }
    AtomicFiles.write(folder.resolve(EDGE_FILE), edgeFile);
    AtomicFiles.write(folder.resolve(MANIFEST_FILE), manifest.toFile()); // last: it completes
  }

  /** SHA-256 of a half's file. */
  public static byte[] hash(byte[] file) {
    return CheckedFile.sha256().digest(file);
  }

  private static Manifest readManifest(Path folder) {
    Path file = folder.resolve(MANIFEST_FILE);
    return Manifest.parse(file.toString(), readFile(file, Manifest.MAX_BYTES));
  }

  private static byte[] readHalf(Path folder, String name, byte[] expectedHash) {
    Path path = folder.resolve(name);
    byte[] file = readFile(path, WholeFile.MAX_HALF_BYTES);
    if (!java.util.Arrays.equals(hash(file), expectedHash)) {
      throw BadInputException.about("Reading " + path)
          .expected("the file that the manifest names")
          .found("another one", "Import the model again.");
    }
    return file;
  }

  private static byte[] readFile(Path path, long mostBytes) {
    try {
      return WholeFile.read(path.toString(), path, mostBytes);
    } catch (IOException e) {
      throw BadInputException.about("Reading " + path)
          .expected("a file of a model bundle")
          .found(e, "Make a bundle with 'lepcnn import'.");
    }
  }

  private static void refuseForeign(Path target) {
    if (Files.exists(target)
        && !Files.exists(target.resolve(MANIFEST_FILE))
        && !isEmptyFolder(target)) {
      throw BadInputException.about("Writing the model bundle " + target)
          .expected("a folder that is empty or holds a bundle")
          .found("something else in it", "Name another folder.");
    }
  }

  private static boolean isEmptyFolder(Path target) {
    if (!Files.isDirectory(target)) {
      return false;
    }
    try {
      return Folders.list(target, entry -> true).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
