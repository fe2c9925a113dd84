/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.lepcnn.flink.control.EdgeServices;
import org.lepcnn.flink.control.OpenServices;
import org.lepcnn.flink.record.AssembledRequest;
import org.lepcnn.flink.record.Handled;
import org.lepcnn.flink.record.OutgoingRecord;

/**
 * A {@link RequestGuard} whose state is keyed by device id. Rounds that pass are the output;
 * answers to claims and releases, and refusals, a side output.
 */
public final class GuardFunction
    extends KeyedProcessFunction<String, AssembledRequest, AssembledRequest> {
  private static final long serialVersionUID = 1L;
  static final String STATE_NAME = "device-guard";

  private final EdgeServices services;
  private final GuardLimits limits;
  private final OutputTag<OutgoingRecord> notices;
  private transient OpenServices opened;

  private transient RequestGuard guard;
  private transient RequestGuard.Memory memory;

  /**
   * @param notices the side output for answers to claims and refusals
   */
  public GuardFunction(
      EdgeServices services, GuardLimits limits, OutputTag<OutgoingRecord> notices) {
    this.services = services;
    this.limits = limits;
    this.notices = notices;
  }

  @Override
  public void open(OpenContext context) throws InterruptedException {
    opened = OpenServices.of(services, getRuntimeContext().getMetricGroup());
    guard = new RequestGuard(limits, opened);
    memory =
        new KeyedMemory(
            getRuntimeContext()
                .getState(new ValueStateDescriptor<>(STATE_NAME, DeviceGuardSerializer.INSTANCE)));
    services.awaitReadiness(opened.control());
  }

  @Override
  public void processElement(
      AssembledRequest request, Context context, Collector<AssembledRequest> out) throws Exception {
    long now = context.timerService().currentProcessingTime();
    Handled<AssembledRequest> handled = guard.take(request, memory, now);
    handled.passed().forEach(out::collect);
    handled.notices().forEach(record -> context.output(notices, record));
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.close();
    }
  }

  /** Of the device whose request is being taken. */
  private record KeyedMemory(ValueState<DeviceGuard> state) implements RequestGuard.Memory {
    @Override
    public @Nullable DeviceGuard recall() throws IOException {
      return state.value();
    }

    @Override
    public void remember(DeviceGuard device) throws IOException {
      state.update(device);
    }
  }
}
