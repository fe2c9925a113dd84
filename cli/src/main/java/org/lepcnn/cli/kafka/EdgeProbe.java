/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.cli.kafka;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeRefusedException;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;
import picocli.CommandLine.Option;

/**
 * Whether a running job has taken a gateway's topics: it answers there. Offsets and group members
 * do not tell, because Flink assigns partitions itself and commits nothing for an empty one.
 *
 * <p>The question is a claim of a device that does not exist; any answer, a refusal, proves that
 * the job reads the requests and writes the results. It leaves a line in {@code lepcnn.rejected}.
 */
final class EdgeProbe {
  static final String DEVICE = "lepcnn-probe";

  private static final String EDGE_GROUP = "lepcnn-edge";
  private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long to wait until a running edge job answers on the topics, if one has ever run. 0: do not wait. Default: 30.")
  private int waitSeconds;

  /** What is known of a job. */
  enum Taken {
    /** It answers on the topics. */
    YES("a running edge job has taken the topics"),
    /** It does not, within the time. */
    NO("no edge job answers on the topics; is it running? New topics are found within 10 s"),
    /** Nobody was asked: no job has committed offsets, which its first checkpoint does. */
    NOT_ASKED("no edge job has run on this broker yet, or only for seconds");

    private final String text;

    Taken(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Asks, within the time that the user gave. */
  Taken ask(TopicAdmin admin, KafkaOptions kafka, String gateway) {
    if (waitSeconds <= 0 || !admin.hasOffsets(EDGE_GROUP)) {
      return Taken.NOT_ASKED;
    }
    TransportConfig config =
        TransportConfig.builder(kafka.bootstrapServers(), gateway)
            .clientConfig(kafka.properties())
            .retryTimeout(ASK_AGAIN)
            .maxBackoff(LONGEST_WAIT)
            .patience(Duration.ofSeconds(waitSeconds))
            .build();
    try (KafkaEdgeTransport transport = KafkaEdgeTransport.open(config)) {
      return answers(transport) ? Taken.YES : Taken.NO;
    } catch (EnvironmentException e) {
      return Taken.NO; // this user may create topics and not use them
    }
  }

  private static boolean answers(KafkaEdgeTransport transport) {
    PassClaim claim =
        new PassClaim(
            DEVICE,
            new ChainId(0, 0),
            Fingerprint.of(new byte[Fingerprint.BYTES]),
            0,
            0,
            new InstanceId(0, 0));
    try {
      transport.claim(claim).join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof EdgeRefusedException) {
        return true;
      }
      if (e.getCause() instanceof EnvironmentException) {
        return transport.statistics().refusals() > 0; // one that is not ready is there, too
      }
      throw e;
    }
  }
}
