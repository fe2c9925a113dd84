/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.picture;

import java.nio.file.Path;
import java.util.List;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.gateway.picture.ClassNames;
import org.lepcnn.gateway.picture.PictureFile;
import org.lepcnn.gateway.picture.PictureReader;
import org.lepcnn.onnx.ModelAnswers;
import org.lepcnn.onnx.ModelImporter;
import picocli.CommandLine.Option;

/** The option that says how pictures become a model's input. */
public final class PictureArguments {
  @Option(
      names = "--preprocess",
      paramLabel = "imagenet|mnist|yolo|raw255|F.yaml",
      description =
          "How pictures become the model's input; it is kept in the device half. imagenet: the"
              + " shorter side to 8/7 of the input's, the middle of it, mean and deviation of"
              + " ImageNet; mnist: grey, mean and deviation of MNIST; yolo: the whole picture on"
              + " grey, from 0 to 1; raw255: stretched, from 0 to 1. A file says more, see"
              + " docs/pictures.md. Default: nothing, and pictures are read as with raw255.")
  private String preprocess;

  /** What the options say, read before the model is imported: mistakes are told at once. */
  public record Said(PictureFile.Said pictures, List<String> names) {
    /** Whether anybody said anything. */
    boolean isEmpty() {
      return pictures == null && names.isEmpty();
    }
  }

  /**
   * Reads the options.
   *
   * @param labels the file with the names of classes; null where nobody named one
   */
  public Said read(Path labels) {
    PictureFile.Said pictures = preprocess == null ? null : PictureFile.read(preprocess);
    Path stated = pictures == null ? null : pictures.labels();
    if (labels != null && stated != null) {
      throw BadInputException.about("Reading the option --labels")
          .expected("one file of names")
          .found("another, " + stated + ", in " + preprocess);
    }
    Path file = labels == null ? stated : labels;
    return new Said(pictures, file == null ? List.of() : ClassNames.read(file));
  }

  /** The bundle with what was said in its device half; the edge half stays as it is. */
  public static ModelBundle apply(Said said, Path model, ModelBundle bundle) {
    if (said.isEmpty()) {
      return bundle;
    }
    DeviceHalf device = bundle.device();
    Preprocessing how = null;
    if (said.pictures() != null) {
      ValueSpec input = Inputs.onlyInput(device.rowInputs());
      how = said.pictures().pictures().of(input);
      PictureReader.of(how, input); // refuses a type that pictures cannot have
    }
    return ModelBundle.of(bundle.edge(), device.with(how, naming(said, model, device)));
  }

  /** Names as somebody gave them, or as the model's metadata have them; null without any. */
  private static Naming naming(Said said, Path model, DeviceHalf device) {
    Boolean softmax = said.pictures() == null ? null : said.pictures().softmax();
    Integer top = said.pictures() == null ? null : said.pictures().top();
    ModelAnswers answers = ModelImporter.answers(model);
    boolean stated = !said.names().isEmpty() || softmax != null || top != null;
    List<String> names = said.names().isEmpty() ? answers.names() : said.names();
    if (!stated && names.isEmpty()) {
      return null;
    }
    try {
      return ClassNames.of(device.rowOutputs(), names, softmax, top, answers.probabilities());
    } catch (BadInputException e) {
      if (stated) {
        throw e;
      }
      return null; // names of the metadata that are not those of scores: boxes, say
    }
  }
}
