/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

/** By the names that Flink's manual gives them: where each of its servers listens. */
class LoopbackAddressesTest {
  @Test
  void everyServer_listensOnTheLoopbackInterface() {
    Map<String, String> settings = LoopbackAddresses.in(new Configuration()).toMap();
    assertThat(settings)
        .containsEntry("rest.address", "127.0.0.1")
        .containsEntry("rest.bind-address", "127.0.0.1")
        .containsEntry("jobmanager.bind-host", "127.0.0.1")
        .containsEntry("taskmanager.bind-host", "127.0.0.1");
  }
}
