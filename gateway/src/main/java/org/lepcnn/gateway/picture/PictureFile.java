/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.picture;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.TextFile;
import org.lepcnn.core.io.WholeFile;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Preprocessing.Colours;
import org.lepcnn.core.model.Preprocessing.Filter;
import org.lepcnn.core.model.Preprocessing.Resize;
import org.lepcnn.core.model.Preprocessing.Word;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.picture.PictureSettings.Preset;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads what {@code --preprocess} names: a preset, or a YAML file. Keys that are not known are
 * refused; what a file leaves out is as in its preset, {@code raw255} where it names none.
 *
 * <pre>
 *   preset: imagenet              imagenet, mnist, yolo or raw255
 *   resize: shorter               exact, shorter or letterbox
 *   size: 256                     of the shorter side, with resize: shorter
 *   filter: bilinear              bilinear, bicubic, plain or nearest
 *   padding: [114, 114, 114]      red, green and blue, or one number
 *   colours: rgb                  rgb, bgr or grey
 *   layout: nchw                  nchw or nhwc
 *   scale: 1/255                  a number or a fraction
 *   mean: [0.485, 0.456, 0.406]   in the order of the channels, or one number
 *   std: [0.229, 0.224, 0.225]
 *   labels: names.txt             a name on each line; relative to the file
 *   softmax: true                 whether scores are made probabilities
 *   top: 5                        how many classes are told
 * </pre>
 */
public final class PictureFile {
  private static final Pattern FRACTION =
      Pattern.compile("([-+]?[0-9]{1,9}(?:\\.[0-9]{1,9})?) ?/ ?([0-9]{1,9}(?:\\.[0-9]{1,9})?)");
  private static final List<String> LAYOUTS = List.of("nchw", "nhwc");
  private static final List<String> KEYS =
      List.of(
          "preset", "resize", "size", "filter", "padding", "colours", "layout", "scale", "mean",
          "std", "labels", "softmax", "top");

  /** For what the settings hold, no document is deeper or refers to itself. */
  private static final int MOST_ALIASES = 0;

  private final String what;
  private final Map<String, Object> values = new LinkedHashMap<>();

  /**
   * What was said.
   *
   * @param labels the file with the names of classes; null where nobody named one
   * @param softmax null where nobody said
   * @param top null where nobody said
   */
  public record Said(PictureSettings pictures, Path labels, Boolean softmax, Integer top) {}

  private PictureFile(String what) {
    this.what = what;
  }

  /**
   * Reads what an option says.
   *
   * @param option the name of a preset, or the path of a file that ends in .yaml or .yml
   * @throws BadInputException it is neither, or the file has another form
   */
  public static Said read(String option) {
    String lower = option.toLowerCase(Locale.ROOT);
    for (Preset preset : Preset.values()) {
      if (preset.name().toLowerCase(Locale.ROOT).equals(lower)) {
        return new Said(preset.settings(), null, null, null);
      }
    }
    if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
      return read(Path.of(option));
    }
    throw BadInputException.about("Reading the option --preprocess")
        .expected("one of " + presets() + ", or a .yaml file")
        .found("'" + Printable.name(option) + "'");
  }

  private static Said read(Path file) {
    try {
      String text = TextFile.read(file.toString(), file, WholeFile.MAX_SETTINGS_BYTES);
      return parse(file.toString(), file.toAbsolutePath().getParent(), text);
    } catch (IOException e) {
      throw BadInputException.about("Reading " + file).expected("a file that can be read").found(e);
    }
  }

  /**
   * Reads the text of a file.
   *
   * @param what names it in errors
   * @param base the folder that its paths are relative to
   */
  static Said parse(String what, Path base, String text) {
    PictureFile file = new PictureFile("Reading " + what);
    file.load(text);
    return file.said(base);
  }

  private void load(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(MOST_ALIASES)
            .setCodePointLimit((int) WholeFile.MAX_SETTINGS_BYTES)
            .setSchema(new CoreSchema())
            .build();
    Object document;
    try {
      document = new Load(settings).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      throw BadInputException.about(what)
          .expected("YAML")
          .because(e)
          .found(
              Printable.name(String.valueOf(e.getProblem()))
                  + e.getProblemMark().map(mark -> " in line " + (mark.getLine() + 1)).orElse(""));
    } catch (YamlEngineException e) {
      throw BadInputException.about(what).expected("YAML").because(e).found("something else");
    }
    if (!(document instanceof Map<?, ?> map)) {
      throw BadInputException.about(what)
          .expected("keys with values, such as 'preset: imagenet'")
          .found("something else");
    }
    map.forEach((key, value) -> values.put(String.valueOf(key), value));
    for (String key : values.keySet()) {
      if (!KEYS.contains(key)) {
        throw BadInputException.about(what)
            .expected("the keys " + KEYS)
            .found("'" + Printable.name(key) + "'");
      }
    }
  }

  private Said said(Path base) {
    Preset preset = preset();
    PictureSettings base0 = preset.settings();
    Resize resize = word("resize", Resize.values(), base0.resize());
    boolean sized = values.containsKey("size");
    if (sized && resize != Resize.SHORTER) {
      throw another("size", "resize: shorter beside it", "resize: " + resize.word());
    }
    PictureSettings pictures =
        new PictureSettings(
            resize,
            sized ? (Integer) whole("size", 1, 1 << 16) : base0.shorterSide(),
            word("filter", Filter.values(), base0.filter()),
            padding(base0.padding()),
            word("colours", Colours.values(), base0.colours()),
            layout(),
            values.containsKey("scale")
                ? (Double) notZero("scale", number("scale"))
                : base0.scale(),
            values.containsKey("mean") ? numbers("mean") : base0.mean(),
            values.containsKey("std") ? deviation() : base0.deviation());
    return new Said(
        pictures,
        values.containsKey("labels") ? path(base) : null,
        values.containsKey("softmax") ? truth("softmax") : null,
        values.containsKey("top") ? (Integer) whole("top", 1, Naming.MOST_TOP) : null);
  }

  private Preset preset() {
    if (!values.containsKey("preset")) {
      return Preset.RAW255;
    }
    String found = text("preset");
    for (Preset preset : Preset.values()) {
      if (preset.name().toLowerCase(Locale.ROOT).equals(found)) {
        return preset;
      }
    }
    throw another("preset", "one of " + presets(), found);
  }

  private static List<String> presets() {
    return Arrays.stream(Preset.values())
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private <T extends Word> T word(String key, T[] known, T otherwise) {
    if (!values.containsKey(key)) {
      return otherwise;
    }
    String found = text(key);
    for (T value : known) {
      if (value.word().equals(found)) {
        return value;
      }
    }
    throw another(key, "one of " + Arrays.stream(known).map(Word::word).toList(), found);
  }

  private Boolean layout() {
    if (!values.containsKey("layout")) {
      return null;
    }
    String found = text("layout");
    if (!LAYOUTS.contains(found)) {
      throw another("layout", "one of " + LAYOUTS, found);
    }
    return found.equals("nhwc");
  }

  private List<Integer> padding(List<Integer> otherwise) {
    if (!values.containsKey("padding")) {
      return otherwise;
    }
    List<Integer> samples = new ArrayList<>();
    for (double number : numbers("padding")) {
      if (number < 0 || number > 255 || number != Math.rint(number)) {
        throw another("padding", "whole numbers from 0 to 255", number);
      }
      samples.add((int) number);
    }
    return samples.size() == 1 ? Collections.nCopies(3, samples.get(0)) : samples;
  }

  private List<Double> deviation() {
    List<Double> numbers = numbers("std");
    numbers.forEach(number -> notZero("std", number));
    return numbers;
  }

  private double notZero(String key, double number) {
    if (number == 0) {
      throw another(key, "a number that is not 0", 0);
    }
    return number;
  }

  private List<Double> numbers(String key) {
    if (!(values.get(key) instanceof List<?> list)) {
      return List.of(number(key));
    }
    if (list.size() != 1 && list.size() != 3) {
      throw another(key, "1 or 3 numbers", list.size());
    }
    return list.stream().map(value -> number(key, value)).toList();
  }

  private double number(String key) {
    return number(key, values.get(key));
  }

  private double number(String key, Object value) {
    double found = Double.NaN;
    if (value instanceof Number number) {
      found = number.doubleValue();
    } else if (value instanceof String text) {
      Matcher fraction = FRACTION.matcher(text);
      if (fraction.matches()) {
        found = Double.parseDouble(fraction.group(1)) / Double.parseDouble(fraction.group(2));
      }
    }
    if (!Double.isFinite(found)) {
      throw another(key, "a number, or a fraction such as 1/255", value);
    }
    return found;
  }

  private int whole(String key, int least, int most) {
    double found = number(key);
    if (found < least || found > most || found != Math.rint(found)) {
      throw another(key, "a whole number from " + least + " to " + most, values.get(key));
    }
    return (int) found;
  }

  private boolean truth(String key) {
    if (values.get(key) instanceof Boolean truth) {
      return truth;
    }
    throw another(key, "true or false", values.get(key));
  }

  private Path path(Path base) {
    try {
      return base.resolve(text("labels"));
    } catch (InvalidPathException e) {
      throw another("labels", "a path", "another text");
    }
  }

  private String text(String key) {
    if (values.get(key) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw another(key, "a text", values.get(key));
  }

  private BadInputException another(String key, String expected, Object found) {
    return BadInputException.about(what + ": " + key)
        .expected(expected)
        .found("'" + Printable.name(String.valueOf(found)) + "'");
  }
}
