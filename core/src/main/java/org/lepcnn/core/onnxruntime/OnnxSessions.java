/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.lepcnn.core.error.BadInputException;

/**
 * The one way to a session of ONNX Runtime. A session opened here reads no file, whatever its model
 * says, and logs nothing below fatal: ONNX Runtime's errors quote elements of tensors, and a
 * device's tensors are private.
 *
 * <ul>
 *   <li>Models that refer to anything outside are refused before ONNX Runtime sees them ({@link
 *       SelfContainedModel}).
 *   <li>Should one pass nevertheless, ONNX Runtime looks for its files in a folder that does not
 *       exist.
 *   <li>The model is read in ONNX's own format and no other.
 * </ul>
 */
public final class OnnxSessions {
  private static final String EXTERNAL_DATA_FOLDER =
      "session.model_external_initializers_file_folder_path";
  private static final String MODEL_FORMAT = "session.load_model_format";

  /** Of a name that nobody guesses, and never made. */
  private static final String NOWHERE =
      Path.of(
              System.getProperty("java.io.tmpdir"),
              "lepcnn-nowhere-" + new BigInteger(128, new SecureRandom()).toString(36))
          .toAbsolutePath()
          .toString();

  private OnnxSessions() {}

  /** What a session needs beyond what all have: threads, optimization, memory. */
  @FunctionalInterface
  public interface Settings {
    void apply(OrtSession.SessionOptions options) throws OrtException;
  }

  /**
   * Loads a model.
   *
   * @param what says what is done, for errors, such as {@code Loading stage 2}
   * @param onnx the serialized model
   * @throws BadInputException when it refers to anything outside
   * @throws OrtException when ONNX Runtime refuses it
   */
  public static OrtSession open(String what, byte[] onnx, Settings settings) throws OrtException {
    SelfContainedModel.require(what, ByteBuffer.wrap(onnx));
    try (OrtSession.SessionOptions options = options(settings)) {
      return QuietOnnxRuntime.environment().createSession(onnx, options);
    }
  }

  /**
   * Loads a model from a file, which takes no memory of Java's.
   *
   * @throws BadInputException when the file cannot be read or refers to anything outside
   * @throws OrtException when ONNX Runtime refuses it
   */
  public static OrtSession open(Path onnx, Settings settings) throws OrtException {
    ByteBuffer model = map(onnx);
    SelfContainedModel.require("Loading " + onnx, model);
    try (OrtSession.SessionOptions options = options(settings)) {
      return QuietOnnxRuntime.environment().createSession(model, options);
    }
  }

  /** Options that keep a session from files and from the log. */
  static OrtSession.SessionOptions options(Settings settings) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      settings.apply(options);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.addConfigEntry(EXTERNAL_DATA_FOLDER, NOWHERE);
      options.addConfigEntry(MODEL_FORMAT, "ONNX");
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static ByteBuffer map(Path onnx) {
    try (FileChannel channel = FileChannel.open(onnx, StandardOpenOption.READ)) {
      return channel.map(
          FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE));
    } catch (IOException e) {
      throw BadInputException.about("Loading " + onnx).expected("a readable ONNX file").found(e);
    }
  }
}
