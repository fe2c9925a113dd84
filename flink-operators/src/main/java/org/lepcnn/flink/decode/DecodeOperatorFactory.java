/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.legacy.YieldingOperatorFactory;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.OutgoingRecord;

/** Makes the operator that decodes, validates and assembles; to be applied before the keyBy. */
public final class DecodeOperatorFactory extends AbstractStreamOperatorFactory<AssembledRequest>
    implements OneInputStreamOperatorFactory<InboundRecord, AssembledRequest>,
        YieldingOperatorFactory<AssembledRequest> {
  private static final long serialVersionUID = 1L;

  private final EdgeSettings settings;
  private final OutputTag<OutgoingRecord> notices;

  /**
   * @param notices the side output for replies and rejections
   */
  public DecodeOperatorFactory(EdgeSettings settings, OutputTag<OutgoingRecord> notices) {
    this.settings = settings;
    this.notices = notices;
  }

  @Override
  @SuppressWarnings("unchecked") // the interface leaves the operator's type to the caller
  public <T extends StreamOperator<AssembledRequest>> T createStreamOperator(
      StreamOperatorParameters<AssembledRequest> parameters) {
    return (T) new DecodeOperator(parameters, getMailboxExecutor(), settings, notices);
  }

  @Override
  @SuppressWarnings("rawtypes") // as declared by the interface
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return DecodeOperator.class;
  }
}
