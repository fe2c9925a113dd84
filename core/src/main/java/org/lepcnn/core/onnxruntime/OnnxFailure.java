/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be told of a run that failed. ONNX Runtime's own message quotes elements of tensors, an
 * index out of range for instance; the kind of error and the operator come from the model alone.
 */
public final class OnnxFailure {
  private static final Pattern NODE = Pattern.compile("while running ([A-Za-z0-9_]{1,64}) node\\.");

  private OnnxFailure() {}

  /** The kind of error and, where ONNX Runtime says so, the operator that failed. */
  public static String describe(OrtException failure) {
    Matcher node = NODE.matcher(String.valueOf(failure.getMessage()));
    return failure.getCode() + (node.find() ? " in an operator " + node.group(1) : "");
  }
}
