/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench.plainjob;

/** What a {@link PlainJob} does between source and sink; also its consumer group. */
public enum PlainOperator {
  /** The float network; arguments {@code ONNX INPUT...}, inputs as {@code name=1x3x224x224}. */
  INFERENCE,

  /** Answers a record with the records that it asks for, and does nothing else; no arguments. */
  ECHO
}
