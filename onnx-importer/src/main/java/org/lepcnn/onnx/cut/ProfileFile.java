/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.cut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.TextFile;
import org.lepcnn.json.Json;
import org.lepcnn.onnx.cut.DeviceProfile.Elements;
import org.lepcnn.onnx.cut.DeviceProfile.Energy;
import org.lepcnn.onnx.cut.DeviceProfile.Transport;

/** Device profiles as files; the package has the format. */
public final class ProfileFile {
  private static final String FORMAT = "lepcnn-device-profile";
  private static final long VERSION = 1;
  private static final long MOST_BYTES = 64 << 10;
  private static final String REMEDY = "Measure one with 'lepcnn device profile -o FILE'.";

  private ProfileFile() {}

  /** What {@link #read} reads. */
  public static String text(DeviceProfile profile) {
    return Json.write(members(profile));
  }

  /** The members of {@link #text}, in their order. */
  public static Map<String, Object> members(DeviceProfile profile) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("format", FORMAT);
    members.put("version", VERSION);
    members.put("name", profile.name());
    members.put("provenance", profile.provenance());
    members.put("device", profile.device());
    members.put("plain", profile.plain());
    members.put("edge", profile.edge());
    members.put("transport", profile.transport());
    members.put("energy", profile.energy());
    return members;
  }

  /** The profile of a built-in name, or of a file. */
  public static DeviceProfile named(String nameOrFile) {
    DeviceProfile builtIn = BuiltInProfiles.find(nameOrFile);
    if (builtIn != null) {
      return builtIn;
    }
    try {
      return read(Path.of(nameOrFile));
    } catch (InvalidPathException e) {
      throw noFile(nameOrFile);
    }
  }

  /**
   * Reads a file, which is trusted with nothing.
   *
   * @throws BadInputException when it is no device profile
   */
  public static DeviceProfile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw noFile(file);
    }
    try {
      return ofText(TextFile.read("the device profile " + file, file, MOST_BYTES));
    } catch (IllegalArgumentException | IOException e) {
      throw BadInputException.about("Reading the device profile " + file)
          .expected("a profile of version " + VERSION)
          .because(e)
          .found(e.getMessage(), REMEDY);
    }
  }

  private static BadInputException noFile(Object name) {
    return BadInputException.about("Reading the device profile " + name)
        .expected("a file, or one of " + BuiltInProfiles.names())
        .found("neither", REMEDY);
  }

  /**
   * What {@link #text} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   * @throws BadInputException when a value is not one that a profile has
   */
  public static DeviceProfile ofText(String text) {
    Json json = Json.parse(text);
    if (!json.at("format").asText().equals(FORMAT)) {
      throw new IllegalArgumentException("a file of another format");
    }
    double version = json.at("version").asDouble();
    if (version != VERSION) {
      throw new IllegalArgumentException("version " + json.at("version").asDouble());
    }
    requireOnly(
        json,
        "format",
        "version",
        "name",
        "provenance",
        "device",
        "plain",
        "edge",
        "transport",
        "energy");
    double[] device = numbers(json.at("device"), Elements.class);
    double[] transport = numbers(json.at("transport"), Transport.class);
    double[] energy = numbers(json.at("energy"), Energy.class);
    return new DeviceProfile(
        json.at("name").asText(),
        json.at("provenance").asText(),
        new Elements(device[0], device[1], device[2], device[3], device[4]),
        speeds(json.at("plain")),
        speeds(json.at("edge")),
        new Transport(transport[0], transport[1], transport[2]),
        new Energy(energy[0], energy[1]));
  }

  private static LayerSpeeds speeds(Json json) {
    double[] values = numbers(json, LayerSpeeds.class);
    return new LayerSpeeds(values[0], values[1], values[2], values[3]);
  }

  /** The components of a record, in its order. */
  private static double[] numbers(Json json, Class<? extends Record> type) {
    String[] names =
        Arrays.stream(type.getRecordComponents())
            .map(component -> component.getName())
            .toArray(String[]::new);
    requireOnly(json, names);
    return Arrays.stream(names).mapToDouble(name -> json.at(name).asDouble()).toArray();
  }

  private static void requireOnly(Json json, String... known) {
    List<String> names = json.names();
    for (String name : names) {
      if (!List.of(known).contains(name)) {
        throw new IllegalArgumentException("an unknown member, " + name);
      }
    }
  }
}
