/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.CheckedFile;
import org.lepcnn.device.stage.HostTensor;

/**
 * Digests of the plain integer network's answers, one line an input, so that a device's process can
 * compare without having the weights. Outputs are float tensors.
 */
public final class ExpectedAnswers {
  private final List<String> digests;

  private ExpectedAnswers(List<String> digests) {
    this.digests = digests;
  }

  public static ExpectedAnswers read(Path file) {
    try {
      return new ExpectedAnswers(Files.readAllLines(file, StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the campaign's answers " + file).found(e);
    }
  }

  public static void write(Path file, CampaignModel model) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < model.size(); i++) {
      lines.add(digest(model.answer(i)));
    }
    try {
      Files.write(file, lines, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw EnvironmentException.about("Writing the campaign's answers " + file).found(e);
    }
  }

  public boolean isRight(int input, Map<String, HostTensor> outputs) {
    return digests.get(input).equals(digest(outputs));
  }

  private static String digest(Map<String, HostTensor> outputs) {
    MessageDigest sha = CheckedFile.sha256();
    new TreeMap<>(outputs)
        .forEach(
            (name, tensor) -> {
              sha.update(name.getBytes(StandardCharsets.UTF_8));
              float[] values = tensor.floats();
              ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
              for (float value : values) {
                bytes.putFloat(value);
              }
              sha.update(bytes.array());
            });
    return HexFormat.of().formatHex(sha.digest());
  }
}
