/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lepcnn.flink.testkit.TestModel;

class ModelRegistryTest {
  @TempDir private Path folder;
  private final List<LoadedModel> loaded = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Thread> loader = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  @Test
  void model_isLoadedOnce_andReleasedWithItsLastUser() {
    try (TestModel model = TestModel.write(folder.resolve("bundle"))) {
      ModelLease one = model.acquire();
      ModelLease two = model.acquire();
      assertThat(one.future().join()).isSameAs(two.future().join());
      one.close();
      one.close();
      assertThat(two.require().kernel(0)).isNotNull();
      two.close();
    }
  }

  /** A job that restarts meanwhile would have it in memory twice. */
  @Test
  void modelGivenUpWhileItLoads_isNotLoadedASecondTime() throws Exception {
    try (TestModel model = TestModel.write(folder.resolve("bundle"))) {
      ModelLease first = acquireAndHold(model);
      first.close();
      try (ModelLease second = ModelRegistry.acquire(model.source(), loaded::add)) {
        assertThat(second.ifReady()).isNull();
        released.complete(null);
        LoadedModel shared = second.future().get(1, TimeUnit.MINUTES);
        assertThat(loaded).containsExactly(shared);
        loader.join().join();
        assertThat(second.require().kernel(0)).isNotNull();
      }
      assertThatThrownBy(() -> loaded.get(0).kernel(0)).isNotNull();
    }
  }

  @Test
  void modelGivenUpWhileItLoads_isClosedOnceItIsLoaded() throws Exception {
    try (TestModel model = TestModel.write(folder.resolve("bundle"))) {
      acquireAndHold(model).close();
      assertThat(loaded.get(0).kernel(0)).isNotNull();
      released.complete(null);
      loader.join().join();
      assertThatThrownBy(() -> loaded.get(0).kernel(0)).isNotNull();
    }
  }

  @Test
  void modelThatCouldNotBeLoaded_isLoadedAnew() {
    ModelSource source = new ModelSource(folder.resolve("bundle").toString(), "scalar", true);
    ModelLease failed = ModelRegistry.acquire(source, loaded::add);
    assertThatThrownBy(() -> failed.future().get(1, TimeUnit.MINUTES)).isNotNull();
    failed.close();
    try (TestModel model = TestModel.write(folder.resolve("bundle"));
        ModelLease again = ModelRegistry.acquire(source, loaded::add)) {
      assertThat(again.future().join().fingerprint()).isEqualTo(model.bundle().fingerprint());
    }
  }

  /** A model whose loader waits until it is released. */
  private ModelLease acquireAndHold(TestModel model) throws Exception {
    ModelLease lease =
        ModelRegistry.acquire(
            model.source(),
            warm -> {
              loaded.add(warm);
              loader.complete(Thread.currentThread());
              released.join();
            });
    loader.get(1, TimeUnit.MINUTES);
    return lease;
  }
}
