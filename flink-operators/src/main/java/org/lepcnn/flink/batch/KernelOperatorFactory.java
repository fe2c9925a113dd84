/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.legacy.YieldingOperatorFactory;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.EdgeSettings;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.OutgoingRecord;

/** Makes the operator that computes masked rounds in micro-batches; to be chained to the guard. */
public final class KernelOperatorFactory extends AbstractStreamOperatorFactory<OutgoingRecord>
    implements OneInputStreamOperatorFactory<AssembledRequest, OutgoingRecord>,
        YieldingOperatorFactory<OutgoingRecord> {
  private static final long serialVersionUID = 1L;

  private final EdgeSettings settings;
  private final OutputTag<OutgoingRecord> notices;

  /**
   * @param notices the side output for failures
   */
  public KernelOperatorFactory(EdgeSettings settings, OutputTag<OutgoingRecord> notices) {
    this.settings = settings;
    this.notices = notices;
  }

  @Override
  @SuppressWarnings("unchecked") // the interface leaves the operator's type to the caller
  public <T extends StreamOperator<OutgoingRecord>> T createStreamOperator(
      StreamOperatorParameters<OutgoingRecord> parameters) {
    return (T) new KernelOperator(parameters, getMailboxExecutor(), settings, notices);
  }

  @Override
  @SuppressWarnings("rawtypes") // as declared by the interface
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return KernelOperator.class;
  }
}
