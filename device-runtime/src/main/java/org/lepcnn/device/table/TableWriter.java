/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretAccess;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.vector.Words24;

/**
 * Writes one table file from front to back and publishes it when it is complete: the challenges of
 * the group, then every pass in order, then {@link #commit}. Without a commit nothing is left.
 *
 * <p>Each writer has a temporary file of its own; of several writers of one file the last to start
 * wins and the others fail at their commit. Not thread-safe.
 */
public final class TableWriter implements AutoCloseable {
  private static final SecretAccess ACCESS = SecretAccess.of(MethodHandles.lookup());

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BUFFER_BYTES = 1 << 17;

  private final Path target;
  private final Path temporary;
  private final TableHeader header;
  final VectorSealer sealer;
  private final FactorStream stream;
  private final OutputStream out;

  /** Null when no more challenges are written. */
  private javax.crypto.@Nullable SecretKey challengeSealKey;

  private final Plan plan;
  private final TableLayout layout;

  /** Null until they are written. */
  private @Nullable GroupChallenges challenges;

  private long ordinal;
  private long nextPass;
  private boolean broken;
  private boolean committed;

  private TableWriter(Path target, Path temporary, TableHeader header, Plan plan, GroupKey groupKey)
      throws IOException {
    this.plan = plan;
    this.layout = new TableLayout(plan, header.challengesPerLayer());
    this.target = target;
    this.temporary = temporary;
    this.header = header;
    this.sealer = new VectorSealer(header.id(), header.suite());
    this.stream = new FactorStream(header.suite());
    this.nextPass = header.id().firstPass();
    try (SecretKey seal = groupKey.sealKey(header.salt())) {
      challengeSealKey = seal.toCipherKey(header.suite(), ACCESS);
    }
    out = new BufferedOutputStream(new FileOutputStream(temporary.toFile()), BUFFER_BYTES);
    out.write(header.toBytes());
  }

  /**
   * Starts a file. A complete file of the same chain and name stays until the commit replaces it.
   *
   * @param folder is made when it is missing
   * @param plan the model's
   * @param challengesPerLayer 1, or 2 for the double check, of layers modulo 2³¹ − 1
   * @param groupKey the challenge key of {@code id.group()}, whose suite the file gets; stays the
   *     caller's
   * @throws BadInputException the name is taken by a table of another chain
   */
  public static TableWriter create(
      Path folder, TableId id, Plan plan, int challengesPerLayer, GroupKey groupKey) {
    if (challengesPerLayer < 1 || challengesPerLayer > TableHeader.MAX_CHALLENGES_PER_LAYER) {
      throw BadInputException.about("Writing a table")
          .expected("1 or 2 challenges per layer")
          .found(challengesPerLayer);
    }
    byte[] salt = new byte[TableHeader.SALT_BYTES];
    RANDOM.nextBytes(salt);
    Path target = folder.toAbsolutePath().resolve(id.fileName());
    String unique = HexFormat.of().formatHex(salt, 0, 4);
    Path temporary =
        target.resolveSibling(id.fileName() + "." + unique + AtomicFiles.TEMPORARY_SUFFIX);
    try {
      Files.createDirectories(Folders.holding(target));
      refuseForeign(target, id);
      deleteLeftovers(target);
      TableHeader header = new TableHeader(id, challengesPerLayer, groupKey.suite(), salt);
      return new TableWriter(target, temporary, header, plan, groupKey);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /**
   * Writes the challenge section; first and once.
   *
   * @param group those of the group, as many per layer as the file is to have
   */
  public void writeChallenges(GroupChallenges group) {
    javax.crypto.SecretKey key = challengeSealKey;
    List<int[]> left = new ArrayList<>(group.vectors(ACCESS));
    int expected = IntStream.range(0, layout.layers()).map(layout::challenges).sum();
    if (key == null || left.size() != expected) {
      throw new IllegalStateException(
          "Table challenges come once, " + expected + " for all layers.");
    }
    for (LinearLayerSpec layer : plan.layers()) {
      for (int index = 0; index < layout.challenges(layer.index()); index++) {
        int[] vector = left.remove(0);
        requireResidues(layer, vector, layer.geometry().inputSize());
        int kind = VectorSealer.KIND_FIRST_CHALLENGE + index;
        VectorSealer.Address address =
            new VectorSealer.Address(header.id().group(), layer.index(), kind);
        write(() -> sealChallenge(key, address, vector));
      }
    }
    challengeSealKey = null;
    challenges = group;
  }

  /**
   * Writes the section of the next pass.
   *
   * @param pass first … last of the file, in order
   * @param key the pass's key, of the suite of the group's; stays the caller's
   * @param uPerLayer vectors U of canonical residues, for every layer of the plan
   */
  public void writePass(long pass, PassKey key, List<int[]> uPerLayer) {
    if (pass != nextPass || pass > header.id().lastPass()) {
      throw new IllegalStateException(
          "Table passes come in order: expected " + nextPass + "; found " + pass + ".");
    }
    if (key.suite() != header.suite()) {
      throw new IllegalArgumentException(
          "Sealing a table: expected a key of suite "
              + header.suite()
              + "; found one of "
              + key.suite()
              + ".");
    }
    requireLayers(uPerLayer);
    int[] sides = requireChallenges().factorSides(uPerLayer, ACCESS);
    try (SecretKey seal = key.sealKey(header.salt())) {
      write(
          () ->
              seal(
                  seal.toCipherKey(header.suite(), ACCESS),
                  new VectorSealer.Address(pass, 0, VectorSealer.KIND_SIDES),
                  sides));
      stream.rekey(key, header.salt());
      for (int layer = 0; layer < layout.layers(); layer++) {
        int[] u = uPerLayer.get(layer);
        int number = layer;
        write(() -> stream.write(number, layout.field(number), u, out));
      }
    } finally {
      Arrays.fill(sides, 0);
    }
    nextPass++;
  }

  /** Makes the file durable and visible under its name. */
  public void commit() {
    if (broken || committed || nextPass != header.id().lastPass() + 1) {
      throw new IllegalStateException(
          "A table is committed once and complete; the next pass is " + nextPass + ".");
    }
    try {
      out.close();
      AtomicFiles.publish(temporary, target);
      committed = true;
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /** Deletes what was not committed. */
  @Override
  public void close() {
    sealer.erase();
    stream.erase();
    challengeSealKey = null;
    if (committed) {
      return;
    }
    try {
      try {
        out.close();
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw failed(temporary, e);
    }
  }

  private GroupChallenges requireChallenges() {
    return Objects.requireNonNull(challenges, "challenges");
  }

  private void requireLayers(List<int[]> uPerLayer) {
    if (challengeSealKey != null || uPerLayer.size() != layout.layers()) {
      throw new IllegalStateException(
          "A table has its challenges first, and then in every pass the same layers: expected "
              + layout.layers()
              + " vectors.");
    }
    for (LinearLayerSpec layer : plan.layers()) {
      requireResidues(layer, uPerLayer.get(layer.index()), layer.geometry().outputSize());
    }
  }

  private void requireResidues(LinearLayerSpec layer, int[] values, int size) {
    if (values.length != size || !plan.field(layer).allCanonical(values, 0, size)) {
      throw new IllegalArgumentException(
          "Sealing a table: expected %s canonical residues of layer %s."
              .formatted(size, layer.index()));
    }
  }

  /** What writes a part of the file. */
  @FunctionalInterface
  private interface Part {
    void write() throws IOException;
  }

  /**
   * After a failure the writer is of no use: no nonce and no key stream is ever used for a second
   * attempt.
   */
  private void write(Part part) {
    if (broken) {
      throw new IllegalStateException("This table writer has failed before.");
    }
    broken = true;
    try {
      part.write();
    } catch (IOException e) {
      throw failed(target, e);
    }
    broken = false;
  }

  private void sealChallenge(javax.crypto.SecretKey key, VectorSealer.Address address, int[] values)
      throws IOException {
    if (layout.isPacked(address.layer())) {
      int[] packed = Words24.pack(values);
      seal(key, address, packed);
      Arrays.fill(packed, 0);
    } else {
      seal(key, address, values);
    }
  }

  private void seal(javax.crypto.SecretKey key, VectorSealer.Address address, int[] values)
      throws IOException {
    sealer.seal(key, ordinal, address, values, out);
    ordinal += VectorSealer.segments(values.length);
  }

  private static void refuseForeign(Path target, TableId id) {
    if (Files.exists(target) && !TableDescription.read(target).id().equals(id)) {
      throw new BadInputException(
          "Writing table "
              + target
              + ": there is one of another device, chain or model. Name another folder, or"
              + " delete the old tables.");
    }
  }

  private static void deleteLeftovers(Path target) throws IOException {
    String pattern = target.getFileName() + ".*" + AtomicFiles.TEMPORARY_SUFFIX;
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(Folders.holding(target), pattern)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  private static EnvironmentException failed(Path path, IOException e) {
    return EnvironmentException.about("Writing table " + path)
        .expected("a writable folder with enough space and no other writer")
        .found(e);
  }
}
