/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.shared.ProcessWide.Share;

class ProcessWideTest {
  private final List<Object> opened = new ArrayList<>();
  private final List<Object> closed = new ArrayList<>();

  private Share<Object> share(String key) {
    return ProcessWide.share(ProcessWideTest.class, key, this::open, closed::add);
  }

  private Object open() {
    opened.add(new Object());
    return opened.get(opened.size() - 1);
  }

  @Test
  void firstUserOpens_andTheLastOneCloses() {
    Share<Object> first = share("a");
    Share<Object> second = share("a");
    Share<Object> third = second.again();
    assertThat(opened).hasSize(1);
    assertThat(List.of(first.get(), second.get(), third.get())).containsOnly(opened.get(0));
    second.close();
    first.close();
    assertThat(closed).isEmpty();
    third.close();
    assertThat(closed).isEqualTo(opened);
  }

  @Test
  void closingTwice_countsOnce() {
    Share<Object> first = share("a");
    Share<Object> second = share("a");
    first.close();
    first.close();
    assertThat(closed).isEmpty();
    second.close();
    assertThat(closed).hasSize(1);
  }

  @Test
  void whatWasClosed_isOpenedAnew() {
    share("a").close();
    share("a").close();
    assertThat(opened).hasSize(2).doesNotHaveDuplicates();
    assertThat(closed).isEqualTo(opened);
  }

  @Test
  void otherKeysAndKinds_areOtherResources() {
    try (Share<Object> a = share("a");
        Share<Object> b = share("b");
        Share<Object> other = ProcessWide.share(String.class, "a", this::open, closed::add)) {
      assertThat(List.of(a.get(), b.get(), other.get())).doesNotHaveDuplicates();
    }
    assertThat(closed).hasSize(3);
  }

  @Test
  void failureToOpen_leavesNothing() {
    RuntimeException failure = new IllegalStateException("no");
    assertThatThrownBy(
            () ->
                ProcessWide.share(
                    ProcessWideTest.class,
                    "a",
                    () -> {
                      throw failure;
                    },
                    closed::add))
        .isSameAs(failure);
    assertThat(closed).isEmpty();
    share("a").close();
    assertThat(opened).hasSize(1);
  }

  @Test
  void whoOpensSlowly_holdsUpNobodyElse() throws Exception {
    CompletableFuture<Object> answer = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    CompletableFuture<Share<Object>> slow =
        CompletableFuture.supplyAsync(
            () ->
                ProcessWide.share(
                    ProcessWideTest.class,
                    "slow",
                    () -> {
                      asked.complete(null);
                      return answer.join();
                    },
                    closed::add));
    asked.get(1, TimeUnit.MINUTES);
    CompletableFuture.runAsync(() -> share("a").close()).get(1, TimeUnit.MINUTES);
    answer.complete("there");
    try (Share<Object> share = slow.get(1, TimeUnit.MINUTES)) {
      assertThat(share.get()).isEqualTo("there");
    }
  }

  /** What is open twice for a moment may bind a port twice, or not fit into memory. */
  @Test
  void whoAsksDuringTheClosing_waitsForItsEnd() throws Exception {
    AtomicInteger open = new AtomicInteger();
    List<Integer> openAtOnce = new CopyOnWriteArrayList<>();
    Supplier<Object> opener =
        () -> {
          openAtOnce.add(open.incrementAndGet());
          return new Object();
        };
    Thread next =
        new Thread(
            () ->
                ProcessWide.share(
                        ProcessWideTest.class, "a", opener, last -> open.decrementAndGet())
                    .close());
    Consumer<Object> closer =
        last -> {
          next.start();
          while (next.getState() != Thread.State.BLOCKED && next.isAlive()) {
            Thread.onSpinWait();
          }
          open.decrementAndGet();
        };
    ProcessWide.share(ProcessWideTest.class, "a", opener, closer).close();
    next.join();
    assertThat(openAtOnce).containsExactly(1, 1);
    assertThat(open).hasValue(0);
  }

  @Test
  void whoClosesSlowly_holdsUpNobodyElse() throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    Share<Object> slow =
        ProcessWide.share(
            ProcessWideTest.class,
            "slow",
            this::open,
            last -> {
              begun.complete(null);
              end.join();
            });
    CompletableFuture<Void> closing = CompletableFuture.runAsync(slow::close);
    begun.get(1, TimeUnit.MINUTES);
    CompletableFuture.runAsync(() -> share("a").close()).get(1, TimeUnit.MINUTES);
    end.complete(null);
    closing.get(1, TimeUnit.MINUTES);
  }

  @Test
  void failureToClose_leavesNothing() {
    RuntimeException failure = new IllegalStateException("no");
    Share<Object> share =
        ProcessWide.share(
            ProcessWideTest.class,
            "a",
            this::open,
            last -> {
              throw failure;
            });
    assertThatThrownBy(share::close).isSameAs(failure);
    share("a").close();
    assertThat(opened).hasSize(2).doesNotHaveDuplicates();
    assertThat(closed).containsExactly(opened.get(1));
  }

  /** Many come and go at once: never are two open, and in the end none is. */
  @Test
  void usersThatComeAndGo_neverFindTwoOpen() throws Exception {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Runnable visits =
        () -> {
          for (int i = 0; i < 2_000; i++) {
            try (Share<Object> share =
                ProcessWide.share(
                    ProcessWideTest.class,
                    "a",
                    () -> {
                      most.accumulateAndGet(open.incrementAndGet(), Math::max);
                      return new Object();
                    },
                    last -> open.decrementAndGet())) {
              most.accumulateAndGet(open.get(), Math::max);
            }
          }
        };
    List<CompletableFuture<Void>> users = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      users.add(CompletableFuture.runAsync(visits));
    }
    for (CompletableFuture<Void> user : users) {
      user.get(1, TimeUnit.MINUTES);
    }
    assertThat(most).hasValue(1);
    assertThat(open).hasValue(0);
  }
}
