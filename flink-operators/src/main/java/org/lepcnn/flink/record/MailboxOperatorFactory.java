/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.record;

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
public abstract class MailboxOperatorFactory<I, O> extends AbstractStreamOperatorFactory<O>
    implements OneInputStreamOperatorFactory<I, O>, YieldingOperatorFactory<O> {
  private static final long serialVersionUID = 1L;

  private final Class<? extends OneInputStreamOperator<I, O>> operator;

  /**
   * @param operator the class that {@link #create} makes
   */
  protected MailboxOperatorFactory(Class<? extends OneInputStreamOperator<I, O>> operator) {
    this.operator = operator;
  }

  /** Makes an operator. */
  protected abstract OneInputStreamOperator<I, O> create(
      StreamOperatorParameters<O> parameters, MailboxExecutor mailbox);

  @Override
  @SuppressWarnings("unchecked") // the interface leaves the operator's type to the caller
  public final <T extends StreamOperator<O>> T createStreamOperator(
      StreamOperatorParameters<O> parameters) {
    return (T) create(parameters, getMailboxExecutor());
  }

  @Override
  @SuppressWarnings("rawtypes") // as declared by the interface
  public final Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return operator;
  }
}
