/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.flink.EdgeSinks;
import picocli.CommandLine;

class EdgePipelineTest {
  @TempDir private Path folder;

  private static EdgeJobOptions options(String... more) {
    EdgeJobOptions options = new EdgeJobOptions();
    String[] all = new String[more.length + 6];
    all[0] = "--bootstrap-server";
    all[1] = "localhost:9";
    all[2] = "--model-dir";
    all[3] = "/models/meter";
    all[4] = "--admission";
    all[5] = "open";
    System.arraycopy(more, 0, all, 6, more.length);
    new CommandLine(options).parseArgs(all);
    return options;
  }

  private static StreamGraph graph(String... more) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    EdgeJob.build(env, options(more));
    return env.getStreamGraph();
  }

  @Test
  void everyOperator_hasAUid_andTheFixedMaxParallelism() {
    StreamGraph graph = graph("--parallelism", "2");
    assertThat(graph.getStreamNodes())
        .extracting(StreamNode::getTransformationUID)
        .doesNotContainNull()
        .contains(
            "lepcnn-requests", "lepcnn-decode", "lepcnn-guard", "lepcnn-kernel", "lepcnn-results");
    assertThat(graph.getStreamNodes())
        .allSatisfy(node -> assertThat(node.getMaxParallelism()).isEqualTo(128));
  }

  @Test
  void job_waitsForNoBuffer_andUsesNoGenericTypes() {
    StreamGraph graph = graph();
    assertThat(graph.getExecutionConfig().getSerializerConfig().hasGenericTypesDisabled()).isTrue();
    assertThat(graph.getStreamNodes())
        .allSatisfy(node -> assertThat(node.getBufferTimeout()).isZero());
    assertThat(graph.getCheckpointConfig().isUnalignedCheckpointsEnabled()).isFalse();
  }

  @Test
  void kernelIsChainedToTheGuard_andTheResultsToTheKernel() {
    String vertices = graph().getJobGraph().toString();
    assertThat(vertices).isNotEmpty();
    assertThat(graph().getJobGraph().getVerticesAsArray())
        .extracting(vertex -> vertex.getName())
        .anySatisfy(name -> assertThat(name).contains("guard", "masked-linear-kernel", "results"))
        .anySatisfy(name -> assertThat(name).contains("requests", "decode"));
  }

  @Test
  void exactlyOnce_buildsTransactionalSinks() {
    assertThat(graph("--delivery", "exactly-once").getStreamNodes()).isNotEmpty();
    assertThat(options("--delivery", "exactly-once").delivery())
        .isEqualTo(EdgeSinks.Delivery.EXACTLY_ONCE);
  }

  @Test
  void wrongOptions_areBadInput() throws IOException {
    assertThatThrownBy(() -> options("--delivery", "maybe").delivery())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("maybe");
    assertThatThrownBy(() -> options("--start", "now").start())
        .isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> options("--parallelism", "129").parallelism())
        .isInstanceOf(BadInputException.class);
    Path config = folder.resolve("client.properties");
    Files.writeString(config, "no.such.setting=1\n");
    assertThatThrownBy(() -> options("--client-config", config.toString()).client())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no.such.setting");
  }

  @Test
  void missingModel_endsTheInProcessEdgeWithStatus2() {
    assertThat(
            EdgeMain.execute(
                "run",
                "--bootstrap-server",
                "localhost:9",
                "--admission",
                "open",
                "--model-dir",
                folder.resolve("absent").toString()))
        .isEqualTo(2);
    assertThat(EdgeMain.execute("run", "--no-such-option")).isEqualTo(2);
  }

  @Test
  void wrongArguments_areNamedAsByAllCommands_printableAndBounded() {
    StringWriter err = new StringWriter();
    int status =
        EdgeMain.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("status", "--\u001b[31m" + "x".repeat(70_000));
    assertThat(status).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("lepcnn: ")
        .contains("See 'lepcnn edge status --help'.")
        .doesNotContain("\u001b")
        .hasSizeLessThan(1_200);
    assertThatThrownBy(() -> EdgeJob.main(new String[] {"\u001b[31m" + "x".repeat(70_000)}))
        .isInstanceOf(BadInputException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_200).doesNotContain("\u001b"));
  }

  @Test
  void checkpointInterval_isConfigurable() {
    StreamGraph graph = graph("--checkpoint-interval", "500");
    assertThat(graph.getCheckpointConfig().getCheckpointInterval()).isEqualTo(500);
  }
}
