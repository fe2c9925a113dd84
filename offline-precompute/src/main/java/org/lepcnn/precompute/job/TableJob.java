/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute.job;

import java.time.Duration;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * The batch job: numbers → work items → (spread over all slots) → {@link TableMaker} → results.
 *
 * <p>What crosses an operator boundary is a {@link WorkItem} or a {@link TableResult}. Keys, masks,
 * unblinding factors and challenges come into being, are used and are sealed inside {@link
 * TableMaker}; there is no state and no checkpoint.
 */
public final class TableJob {
  /** How often a failed attempt is repeated before the run ends; wrong input never is. */
  public static final int RESTARTS = 3;

  private static final Duration RESTART_DELAY = Duration.ofMillis(500);

  private TableJob() {}

  /**
   * Builds the job graph.
   *
   * @param clusterConfiguration of the cluster that will run it
   */
  public static StreamGraph graph(
      Configuration clusterConfiguration, WorkPlan plan, TableSettings settings, int parallelism) {
    Configuration configuration = new Configuration(clusterConfiguration);
    configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    configuration.set(BatchExecutionOptions.ADAPTIVE_AUTO_PARALLELISM_ENABLED, false);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, RESTARTS);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, RESTART_DELAY);
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment(configuration);
    environment.setParallelism(parallelism);
    environment
        .fromSource(
            new NumberSequenceSource(0, plan.files() - 1),
            WatermarkStrategy.noWatermarks(),
            "file numbers")
        .setParallelism(1)
        .uid("numbers")
        .map(new ToWorkItem(plan))
        .returns(TypeInformation.of(WorkItem.class))
        .name("work items")
        .uid("items")
        .setParallelism(1)
        .rebalance()
        .map(new TableMaker(settings))
        .returns(TypeInformation.of(TableResult.class))
        .name("make tables")
        .uid("tables")
        .setParallelism(parallelism)
        .sinkTo(new DiscardingSink<>())
        .name("results")
        .uid("results")
        .setParallelism(parallelism);
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName("lepcnn precompute " + settings.device());
    return graph;
  }

  /** Numbers to ids. */
  private static final class ToWorkItem implements MapFunction<Long, WorkItem> {
    private static final long serialVersionUID = 1L;

    private final WorkPlan plan;

    ToWorkItem(WorkPlan plan) {
      this.plan = plan;
    }

    @Override
    public WorkItem map(Long index) {
      return plan.item(index);
    }
  }
}
