/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is a difference between what was expected and what was found, told in one form.
 *
 * <pre>
 *   throw BadInputException.about("Reading " + file)
 *       .expected("a file of a model bundle")
 *       .found(e, "Make a bundle with 'lepcnn import'.");
 * </pre>
 *
 * says {@code Reading edge.lep: expected a file of a model bundle; found: java.io.IOException. Make
 * a bundle with 'lepcnn import'.}
 *
 * @param <E> the kind of failure
 */
@CheckReturnValue
public final class Mismatch<E extends LepcnnException> {
  private final BiFunction<String, @Nullable Throwable, E> kind;
  private final String told;
  private final @Nullable Throwable cause;

  private Mismatch(
      BiFunction<String, @Nullable Throwable, E> kind, String told, @Nullable Throwable cause) {
    this.kind = kind;
    this.told = told;
    this.cause = cause;
  }

  /**
   * Begins, for a kind of failure that has no such method of its own.
   *
   * @param kind makes the exception of its message and its cause, which may be null
   * @param subject what was being done, or with what
   */
  public static <E extends LepcnnException> Mismatch<E> about(
      Object subject, BiFunction<String, @Nullable Throwable, E> kind) {
    return new Mismatch<>(kind, String.valueOf(subject), null);
  }

  /** What should have been; left out where the subject says it. */
  public Mismatch<E> expected(Object what) {
    return new Mismatch<>(kind, told + ": expected " + what, cause);
  }

  /** What made the difference known, where that is not what was found. */
  public Mismatch<E> because(Throwable reason) {
    return new Mismatch<>(kind, told, reason);
  }

  /** What was instead. */
  public E found(Object what) {
    return kind.apply(told + "; found " + sentence(what), cause);
  }

  /**
   * What was instead.
   *
   * @param remedy sentences that say what to do
   */
  public E found(Object what, Object remedy) {
    return kind.apply(told + "; found " + sentence(what) + " " + remedy, cause);
  }

  /** What was instead: a failure, which is the cause. */
  public E found(Throwable failure) {
    return kind.apply(told + "; found: " + sentence(failure), failure);
  }

  /**
   * What was instead: a failure, which is the cause.
   *
   * @param remedy sentences that say what to do
   */
  public E found(Throwable failure, Object remedy) {
    return kind.apply(told + "; found: " + sentence(failure) + " " + remedy, failure);
  }

  /** With one full stop at its end: what others say may have one. */
  private static String sentence(Object text) {
    String words = String.valueOf(text);
    return words.endsWith(".") ? words : words + ".";
  }
}
