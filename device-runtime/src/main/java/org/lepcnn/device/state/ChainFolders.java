/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.core.io.Folders;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.file.SecretFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders of the chains inside a state folder: finding and describing one. */
final class ChainFolders {
  private static final Logger LOG = LoggerFactory.getLogger(ChainFolders.class);
  static final String DEVICE_HALF_FILE = ModelBundle.DEVICE_FILE;
  static final String LOCK_FILE = "lock";
  private static final Pattern CHAIN = Pattern.compile("[0-9a-f]{32}");

  private ChainFolders() {}

  /** All chains that are not retired, in the order of their names; at least one. */
  static List<Path> list(Path stateFolder) {
    List<Path> chains =
        all(stateFolder).stream().filter(chain -> !RetiredChains.isRetired(chain)).toList();
    if (chains.isEmpty()) {
      throw BadInputException.about("Opening the device state " + stateFolder)
          .expected("the folder of a chain that is not retired")
          .found("none", "Provision the device and make one with 'lepcnn device init'.");
    }
    return chains;
  }

  /** All chains, in the order of their names. */
  static List<Path> all(Path stateFolder) {
    if (!Files.isDirectory(stateFolder)) {
      throw BadInputException.about("Opening the device state " + stateFolder)
          .expected("a folder")
          .found("none", "Make one with 'lepcnn device init'.");
    }
    try {
      return Folders.list(stateFolder, p -> CHAIN.matcher(p.getFileName().toString()).matches());
    } catch (IOException e) {
      throw new EnvironmentException("Opening the device state " + stateFolder + ": " + e + ".", e);
    }
  }

  /**
   * The chains whose state can be read. One that cannot does not stand in the way of the others; it
   * is an error when there is no other.
   */
  static Map<Path, StateFile.Counts> readable(Path stateFolder) {
    Map<Path, StateFile.Counts> readable = new LinkedHashMap<>();
    BadInputException first = null;
    for (Path folder : list(stateFolder)) {
      try {
        readable.put(folder, StateFile.readCounts(folder));
      } catch (BadInputException e) {
        LOG.warn("Passing over a chain that cannot be read: {}", e.getMessage());
        first = first == null ? e : first;
      }
    }
    if (readable.isEmpty()) {
      throw first;
    }
    return readable;
  }

  /**
   * The one chain whose state satisfies {@code wanted}; of several of one model, the one that
   * {@link ChainChoice} says, unless {@code passesLeft} is null.
   */
  static Path find(
      Path stateFolder,
      String what,
      Predicate<StateFile.Counts> wanted,
      @Nullable ToLongFunction<StateDescription> passesLeft) {
    Map<Path, StateFile.Counts> found = new LinkedHashMap<>();
    List<String> present = new ArrayList<>();
    readable(stateFolder)
        .forEach(
            (folder, state) -> {
              ChainIdentity id = state.identity();
              present.add(id.chain() + " (model " + id.model().shortName() + ")");
              if (wanted.test(state)) {
                found.put(folder, state);
              }
            });
    if (found.size() > 1 && passesLeft != null) {
      Optional<Path> chosen = choose(found, passesLeft);
      if (chosen.isPresent()) {
        return chosen.get();
      }
    }
    if (found.size() != 1) {
      throw BadInputException.about("Opening the device state " + stateFolder)
          .expected("one chain of " + what)
          .found(
              found.size() + " among " + String.join(", ", present),
              "Name the model or chain by its first digits, or retire what is not used"
                  + " any more with 'lepcnn device retire'.");
    }
    return found.keySet().iterator().next();
  }

  private static Optional<Path> choose(
      Map<Path, StateFile.Counts> found, ToLongFunction<StateDescription> passesLeft) {
    Map<StateDescription, Path> chains = new LinkedHashMap<>();
    found.forEach((folder, counts) -> chains.put(describe(folder, counts), folder));
    return ChainChoice.among(List.copyOf(chains.keySet()), passesLeft)
        .map(
            chain -> {
              LOG.info("Of {} chains, chain {} is used", chains.size(), chain.chain());
              return chains.get(chain);
            });
  }

  /** Reads and verifies the device half of a chain. */
  static DeviceHalf readDeviceHalf(Path folder, ChainIdentity identity) {
    Path file = folder.resolve(DEVICE_HALF_FILE);
    byte[] bytes =
        SecretFiles.read(
            file, WholeFile.MAX_HALF_BYTES, "Copy " + DEVICE_HALF_FILE + " from the model bundle.");
    identity.verify(
        file.toString(),
        ModelBundle.hash(bytes),
        new BodyReader(file.toString(), ByteBuffer.allocate(0)));
    return DeviceHalf.parse(file.toString(), bytes);
  }

  /** What a chain is, without its secrets. */
  static StateDescription describe(Path folder, StateFile.Counts state) {
    ChainIdentity id = state.identity();
    return new StateDescription(
        id.device(),
        id.chain(),
        id.model(),
        id.suite(),
        readDeviceHalf(folder, id).modelName(),
        state.nextPass(),
        state.integrityFailures(),
        CheckedFile.statedVersion(folder.resolve(StateFile.NAME)));
  }
}
