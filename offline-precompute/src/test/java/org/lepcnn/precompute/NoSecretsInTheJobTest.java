/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.precompute.job.LocalCluster;
import org.lepcnn.precompute.job.PassRange;
import org.lepcnn.precompute.job.TableJob;
import org.lepcnn.precompute.job.WorkPlan;

class NoSecretsInTheJobTest {
  private static final int DIGEST_BYTES = 32;

  @TempDir Path folder;

  @Test
  void theSerializedJobHoldsNoKey() throws IOException {
    Workshop shop = Workshop.create(folder);
    byte[] owner = Files.readAllBytes(shop.owner);
    StreamGraph graph = graph(shop);
    // the job's graph as it is submitted, with everything in it serialized, and the operators
    graph.serializeUserDefinedInstances();
    byte[] streamGraph = InstantiationUtil.serializeObject(graph);
    JobGraph jobGraph = graph(shop).getJobGraph();
    byte[] job = InstantiationUtil.serializeObject(jobGraph);

    for (byte[] serialized : List.of(streamGraph, job)) {
      // the search finds what is known to be there: the path of the owner file
      assertThat(contains(serialized, shop.owner.toString().getBytes(StandardCharsets.UTF_8)))
          .isTrue();
      assertThat(contains(serialized, rootKey(owner))).isFalse();
      assertThat(contains(serialized, hex(rootKey(owner)))).isFalse();
      try (PassKey first = shop.passKey(0)) {
        assertThat(firstKey(shop, rootKey(owner))).isEqualTo(first);
        assertThat(contains(serialized, TestSecrets.bytes(first))).isFalse();
        assertThat(contains(serialized, hex(TestSecrets.bytes(first)))).isFalse();
      }
    }
  }

  private static StreamGraph graph(Workshop shop) {
    WorkPlan plan = new WorkPlan(List.of(new PassRange(shop.chain().toString(), 0, 99)));
    try (LocalCluster cluster = new LocalCluster(2)) {
      return TableJob.graph(cluster.configuration(), plan, shop.settings(), 2);
    }
  }

  /** The root key stands at the end of the owner file's body, before the digest. */
  private static byte[] rootKey(byte[] owner) {
    int end = owner.length - DIGEST_BYTES;
    return Arrays.copyOfRange(owner, end - SecretKey.BYTES, end);
  }

  /** What the chain's first key follows from. */
  private static PassKey firstKey(Workshop shop, byte[] root) {
    ChainId chain = shop.chain();
    byte[] chainId = ByteBuffer.allocate(16).putLong(chain.high()).putLong(chain.low()).array();
    return PassKey.of(
        SecretKey.copyOf(root)
            .derive(
                "chain",
                Workshop.DEVICE.getBytes(StandardCharsets.UTF_8),
                shop.bundle.fingerprint().toBytes(),
                chainId),
        CipherSuite.AES);
  }

  private static byte[] hex(byte[] key) {
    return HexFormat.of().formatHex(key).getBytes(StandardCharsets.UTF_8);
  }

  private static boolean contains(byte[] haystack, byte[] needle) {
    for (int i = 0; i + needle.length <= haystack.length; i++) {
      if (Arrays.equals(haystack, i, i + needle.length, needle, 0, needle.length)) {
        return true;
      }
    }
    return false;
  }
}
