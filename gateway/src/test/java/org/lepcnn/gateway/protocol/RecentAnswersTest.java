/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentAnswersTest {
  private static final int BYTES = 100;
  private static final int ENTRY_BYTES = 512 + BYTES;

  private final AtomicLong nanos = new AtomicLong();
  private final RecentAnswers recent =
      new RecentAnswers(Duration.ofSeconds(10), 3 * ENTRY_BYTES, nanos::get);
  private final AtomicInteger passes = new AtomicInteger();

  private static ByteBuffer key(String name) {
    return RecentAnswers.key("client", FakeModel.doubling("hall"), name.getBytes(UTF_8), 0);
  }

  private DoorAnswer ask(String name) {
    return ask(name, 200);
  }

  private DoorAnswer ask(String name, int status) {
    return recent
        .answer(
            key(name),
            () -> {
              passes.incrementAndGet();
              return CompletableFuture.completedFuture(
                  new DoorAnswer(status, "", DoorAnswer.ALL, 0, new byte[BYTES]));
            })
        .join();
  }

  @Test
  void anAnswer_isKeptForItsTime() {
    DoorAnswer first = ask("a");
    nanos.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    assertThat(ask("a")).isSameAs(first);
    nanos.addAndGet(1);
    assertThat(ask("a")).isNotSameAs(first);
    assertThat(passes).hasValue(2);
  }

  @Test
  void answersThatAreTooMany_areForgotten_theOldestFirst() {
    DoorAnswer b = null;
    for (String name : "a b c".split(" ")) {
      DoorAnswer answer = ask(name);
      b = name.equals("b") ? answer : b;
    }
    assertThat(recent.size()).isEqualTo(3);
    ask("d");
    assertThat(recent.size()).isEqualTo(3);
    assertThat(ask("b")).isSameAs(b);
    ask("a");
    assertThat(passes).hasValue(5);
  }

  @Test
  void oldAnswers_areForgottenUnasked() {
    ask("a");
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    recent.forgetOld();
    assertThat(recent.size()).isZero();
  }

  @Test
  void anAnswerThatSaysLater_isNotKept() {
    for (int status : new int[] {429, 500, 503}) {
      ask("a", status);
    }
    assertThat(passes).hasValue(3);
    ask("a", 424);
    ask("a", 200);
    assertThat(passes).hasValue(4);
  }

  @Test
  void whatCannotBegin_isTriedAnew() {
    assertThatThrownBy(
            () ->
                recent.answer(
                    key("a"),
                    () -> {
                      throw new IllegalStateException("full");
                    }))
        .hasMessage("full");
    CompletableFuture<DoorAnswer> failing =
        recent.answer(
            key("a"), () -> CompletableFuture.failedFuture(new IllegalStateException("later")));
    assertThatThrownBy(failing::join).isInstanceOf(CompletionException.class);
    ask("a");
    assertThat(passes).hasValue(1);
  }

  @Test
  void withoutTime_nothingIsKept() {
    RecentAnswers none = new RecentAnswers(Duration.ZERO, ENTRY_BYTES, nanos::get);
    var unused =
        none.answer(
            key("a"),
            () ->
                CompletableFuture.completedFuture(
                    new DoorAnswer(200, "", DoorAnswer.ALL, 0, new byte[1])));
    assertThat(none.size()).isZero();
  }

  @Test
  void clientModelBodyAndHeader_makeTheKey() {
    FakeModel hall = FakeModel.doubling("hall");
    byte[] body = {1};
    Set<ByteBuffer> keys = new HashSet<>();
    keys.add(RecentAnswers.key("client", hall, body, 1));
    keys.add(RecentAnswers.key("clienth", FakeModel.doubling("all"), body, 1));
    keys.add(RecentAnswers.key("other", hall, body, 1));
    keys.add(RecentAnswers.key("client", FakeModel.doubling("attic"), body, 1));
    keys.add(RecentAnswers.key("client", hall, new byte[] {2}, 1));
    keys.add(RecentAnswers.key("client", hall, body, 0));
    assertThat(keys).hasSize(6);
    assertThat(keys).contains(RecentAnswers.key("client", hall, new byte[] {1}, 1));
  }
}
