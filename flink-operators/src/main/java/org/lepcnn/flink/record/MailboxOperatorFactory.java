/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

import java.io.Serializable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.legacy.YieldingOperatorFactory;

/**
 * Makes operators of one input that use their task's mailbox.
 *
 * @param <I> the input
 * @param <O> the output
 */
@SuppressWarnings({"deprecation", "TypeParameterUnusedInFormals"}) // Flink has no other way yet
public final class MailboxOperatorFactory<I, O> extends AbstractStreamOperatorFactory<O>
    implements OneInputStreamOperatorFactory<I, O>, YieldingOperatorFactory<O> {
  private static final long serialVersionUID = 1L;

  private final Class<? extends OneInputStreamOperator<I, O>> operator;
  private final Maker<I, O> maker;

  /** Makes an operator; travels in the job graph. */
  @FunctionalInterface
  public interface Maker<I, O> extends Serializable {
    OneInputStreamOperator<I, O> make(
        StreamOperatorParameters<O> parameters, MailboxExecutor mailbox);
  }

  /**
   * @param operator the class of what is made
   */
  public MailboxOperatorFactory(
      Class<? extends OneInputStreamOperator<I, O>> operator, Maker<I, O> maker) {
    this.operator = operator;
    this.maker = maker;
  }

  @Override
  @SuppressWarnings("unchecked") // the interface leaves the operator's type to the caller
  public <T extends StreamOperator<O>> T createStreamOperator(
      StreamOperatorParameters<O> parameters) {
    return (T) maker.make(parameters, getMailboxExecutor());
  }

  @Override
  @SuppressWarnings("rawtypes") // as declared by the interface
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return operator;
  }
}
