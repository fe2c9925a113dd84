/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.ModelBundle;

/** The folders of the chains inside a state folder: finding and describing one. */
final class ChainFolders {
  static final String DEVICE_HALF_FILE = ModelBundle.DEVICE_FILE;
  static final String LOCK_FILE = "lock";
  private static final Pattern CHAIN = Pattern.compile("[0-9a-f]{32}");

  private ChainFolders() {}

  /** All chains, in the order of their names. */
  static List<Path> list(Path stateFolder) {
    if (!Files.isDirectory(stateFolder)) {
      throw new BadInputException(
          "Opening the device state "
              + stateFolder
              + ": expected a folder; found none. Make one with 'lepcnn device init'.");
    }
    try (Stream<Path> entries = Files.list(stateFolder)) {
      List<Path> chains =
          entries
              .filter(p -> CHAIN.matcher(p.getFileName().toString()).matches())
              .sorted()
              .toList();
      if (chains.isEmpty()) {
        throw new BadInputException(
            "Opening the device state "
                + stateFolder
                + ": expected the folder of a chain; found none. Make one with 'lepcnn device init'.");
      }
      return chains;
    } catch (IOException e) {
      throw new EnvironmentException("Opening the device state " + stateFolder + ": " + e + ".", e);
    }
  }

  /** The one chain whose state satisfies {@code wanted}. */
  static Path find(Path stateFolder, String what, Predicate<StateFile> wanted) {
    List<Path> chains = list(stateFolder);
    List<Path> found = new ArrayList<>();
    List<String> present = new ArrayList<>();
    for (Path folder : chains) {
      StateFile state = StateFile.read(folder);
      state.eraseKeys();
      present.add(
          state.identity().chain() + " (model " + state.identity().model().shortName() + ")");
      if (wanted.test(state)) {
        found.add(folder);
      }
    }
    if (found.size() != 1) {
      throw new BadInputException(
          "Opening the device state "
              + stateFolder
              + ": expected one chain of "
              + what
              + "; found "
              + found.size()
              + " among "
              + String.join(", ", present)
              + ". Name the model or chain.");
    }
    return found.get(0);
  }

  /** Reads and verifies the device half of a chain. */
  static DeviceHalf readDeviceHalf(Path folder, ChainIdentity identity) {
    Path file = folder.resolve(DEVICE_HALF_FILE);
    byte[] bytes = SecretFiles.read(file, "Copy " + DEVICE_HALF_FILE + " from the model bundle.");
    identity.verify(
        file.toString(),
        ModelBundle.hash(bytes),
        new BodyReader(file.toString(), ByteBuffer.allocate(0)));
    return DeviceHalf.parse(file.toString(), bytes);
  }

  /** What a chain is, without its secrets. */
  static StateDescription describe(Path folder) {
    StateFile state = StateFile.read(folder);
    state.eraseKeys();
    ChainIdentity id = state.identity();
    return new StateDescription(
        id.device(),
        id.chain(),
        id.model(),
        readDeviceHalf(folder, id).modelName(),
        state.nextPass(),
        state.integrityFailures());
  }
}
