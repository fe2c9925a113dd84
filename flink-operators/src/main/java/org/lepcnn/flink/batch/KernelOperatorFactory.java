/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.batch;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.MailboxOperatorFactory;
import org.lepcnn.flink.record.OutgoingRecord;

/** Makes the operator that computes masked rounds in micro-batches; to be chained to the guard. */
public final class KernelOperatorFactory
    extends MailboxOperatorFactory<AssembledRequest, OutgoingRecord> {
  private static final long serialVersionUID = 1L;

  private final EdgeServices services;
  private final BatchSettings settings;
  private final OutputTag<OutgoingRecord> notices;

  /**
   * @param notices the side output for failures
   */
  public KernelOperatorFactory(
      EdgeServices services, BatchSettings settings, OutputTag<OutgoingRecord> notices) {
    super(KernelOperator.class);
    this.services = services;
    this.settings = settings;
    this.notices = notices;
  }

  @Override
  protected OneInputStreamOperator<AssembledRequest, OutgoingRecord> create(
      StreamOperatorParameters<OutgoingRecord> parameters, MailboxExecutor mailbox) {
    return new KernelOperator(parameters, mailbox, services, settings, notices);
  }
}
