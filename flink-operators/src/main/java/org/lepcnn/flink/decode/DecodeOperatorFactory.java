/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.decode;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.InboundRecord;
import org.lepcnn.flink.record.MailboxOperatorFactory;
import org.lepcnn.flink.record.OutgoingRecord;

/** Makes the operator that decodes, validates and assembles; to be applied before the keyBy. */
public final class DecodeOperatorFactory
    extends MailboxOperatorFactory<InboundRecord, AssembledRequest> {
  private static final long serialVersionUID = 1L;

  private final EdgeServices services;
  private final AssemblyLimits assembly;
  private final OutputTag<OutgoingRecord> notices;

  /**
   * @param notices the side output for replies and rejections
   */
  public DecodeOperatorFactory(
      EdgeServices services, AssemblyLimits assembly, OutputTag<OutgoingRecord> notices) {
    super(DecodeOperator.class);
    this.services = services;
    this.assembly = assembly;
    this.notices = notices;
  }

  @Override
  protected OneInputStreamOperator<InboundRecord, AssembledRequest> create(
      StreamOperatorParameters<AssembledRequest> parameters, MailboxExecutor mailbox) {
    return new DecodeOperator(parameters, mailbox, services, assembly, notices);
  }
}
