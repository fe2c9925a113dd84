/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.error.RefusedException;

/**
 * Numbered attempts on damaged input, and what came of them: a word of the attempt's own, {@value
 * #REFUSED} for a {@link BadInputException} or {@link RefusedException} with a message, and
 * anything else by name and place.
 */
public final class FuzzRun {
  public static final String REFUSED = "refused";
  private static final int MOST_EXAMPLES = 3;
  private static final int FRAMES = 6;
  private static final long PATIENCE = 10_000;

  private final long seed;
  private final Attempt attempt;
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final List<String> surprises = new ArrayList<>();

  /** One attempt; the word that it returns is counted. */
  @FunctionalInterface
  public interface Attempt {
    String on(ByteMutator random, long number) throws Exception;
  }

  public FuzzRun(long seed, Attempt attempt) {
    this.seed = seed;
    this.attempt = attempt;
  }

  /**
   * Makes that many attempts, and then more until each of the words has come, so that what a test
   * asserts of the outcomes does not hang on the number of attempts.
   *
   * @param words what has to come, within {@value #PATIENCE} further attempts
   */
  public FuzzRun run(long attempts, String... words) {
    List<String> awaited = List.of(words);
    long number = 0;
    while (number < attempts
        || (number < attempts + PATIENCE && !outcomes.keySet().containsAll(awaited))) {
      one(number);
      number++;
    }
    return this;
  }

  /** Makes attempts as {@link #run} does, and requires that nothing came but the words. */
  public void check(String what, long attempts, String... words) {
    run(attempts, words);
    System.out.println(what + ": " + this);
    assertThat(surprises).isEmpty();
    assertThat(outcomes).containsOnlyKeys(words);
  }

  /** Makes one attempt and tells what came of it. */
  public String one(long number) {
    String outcome;
    try {
      outcome = attempt.on(mutator(seed, number), number);
    } catch (Exception | Error e) {
      outcome = outcome(e);
      if (!outcome.equals(REFUSED) && outcomes.getOrDefault(outcome, 0L) < MOST_EXAMPLES) {
        surprises.add("attempt " + number + " of seed " + seed + ": " + e + where(e));
      }
    }
    outcomes.merge(outcome, 1L, Long::sum);
    return outcome;
  }

  /** How often each outcome came. */
  public Map<String, Long> outcomes() {
    return outcomes;
  }

  /** Examples of everything that is no typed refusal, with number and place. */
  public List<String> surprises() {
    return surprises;
  }

  @Override
  public String toString() {
    return outcomes + (surprises.isEmpty() ? "" : "\n" + String.join("\n", surprises));
  }

  /** The mutator of one attempt. */
  public static ByteMutator mutator(long seed, long number) {
    return new ByteMutator(seed * 0x9e3779b97f4a7c15L + number);
  }

  private static String outcome(Throwable e) {
    boolean typed = e instanceof BadInputException || e instanceof RefusedException;
    if (typed) {
      return e.getMessage() == null || e.getMessage().isBlank()
          ? "refused without a word"
          : REFUSED;
    }
    StackTraceElement[] trace = e.getStackTrace();
    String kind = e instanceof LepcnnException ? "" : "untyped ";
    return kind + e.getClass().getName() + (trace.length > 0 ? " at " + trace[0] : "");
  }

  private static String where(Throwable e) {
    StringBuilder text = new StringBuilder();
    StackTraceElement[] trace = e.getStackTrace();
    for (int i = 0; i < Math.min(FRAMES, trace.length); i++) {
      text.append("\n    at ").append(trace[i]);
    }
    return text.toString();
  }
}
