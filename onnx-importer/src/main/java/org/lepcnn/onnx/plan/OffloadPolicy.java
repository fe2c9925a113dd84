/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx.plan;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.onnx.cut.CutLimits;
import org.lepcnn.onnx.cut.DeviceProfile;
import org.lepcnn.onnx.cut.Objective;
import org.lepcnn.onnx.cut.ProfileFile;

/** Which linear layers go to the edge. */
@PublicApi
public sealed interface OffloadPolicy {
  /** Those whose multiplications repay moving their input and output; see {@link OffloadRule}. */
  OffloadPolicy AUTO = new Rule(OptionalLong.empty());

  /** All that can be. */
  OffloadPolicy ALL = new All(OptionalLong.empty());

  /**
   * All that can be, in rounds that carry enough.
   *
   * @param minRoundWork multiplications that a round has to carry, or its layers stay on the
   *     device; empty for no bound
   */
  @PublicApi
  record All(OptionalLong minRoundWork) implements OffloadPolicy {}

  /**
   * As much as is worth it by a rule that knows no device: multiplications against elements moved.
   *
   * @param minRoundWork multiplications that a round has to carry, or its layers stay on the
   *     device; empty: 100,000 in passes of more than 16 rounds, and no bound in shorter ones
   */
  @PublicApi
  record Rule(OptionalLong minRoundWork) implements OffloadPolicy {}

  /**
   * What costs a kind of device least.
   *
   * @param objective what is to be least
   * @param profile what everything costs the device
   * @param limits what the cut must keep to
   */
  @PublicApi
  record Optimise(Objective objective, DeviceProfile profile, CutLimits limits)
      implements OffloadPolicy {
    public Optimise {
      if (objective == Objective.TRAFFIC && limits.deviceMemory().isEmpty()) {
        throw BadInputException.about("Choosing a cut for the least traffic")
            .expected("a bound on the device's memory (--device-memory)")
            .found("none", "Without one the least traffic is none: nothing goes to the edge.");
      }
    }
  }

  /**
   * This policy with a bound on what a round carries, in multiplications.
   *
   * @throws BadInputException for a cut, which weighs rounds by what they cost
   */
  default OffloadPolicy withMinRoundWork(long multiplications) {
    if (this instanceof Optimise) {
      throw new BadInputException(
          "A bound on the work of a round goes with the rule or with all layers: a cut weighs rounds"
              + " by what they cost.");
    }
    OptionalLong bound = OptionalLong.of(multiplications);
    return this instanceof All ? new All(bound) : new Rule(bound);
  }

  /** For {@link #ofWords}, in another process; a bound that there is none of is an empty word. */
  default List<String> words() {
    if (this instanceof Optimise cut) {
      return List.of(
          cut.objective().word(),
          ProfileFile.text(cut.profile()),
          cut.limits().maxRounds().isEmpty()
              ? ""
              : Integer.toString(cut.limits().maxRounds().getAsInt()),
          word(cut.limits().deviceMemory()));
    }
    return this instanceof All all
        ? List.of("all", word(all.minRoundWork()))
        : List.of("auto", word(((Rule) this).minRoundWork()));
  }

  /** The policy of {@link #words}. */
  static OffloadPolicy ofWords(List<String> words) {
    return switch (words.get(0)) {
      case "auto" -> new Rule(bound(words.get(1)));
      case "all" -> new All(bound(words.get(1)));
      default -> {
        OptionalLong rounds = bound(words.get(2));
        yield new Optimise(
            Objective.of(words.get(0)),
            ProfileFile.ofText(words.get(1)),
            new CutLimits(
                rounds.isEmpty()
                    ? OptionalInt.empty()
                    : OptionalInt.of(Math.toIntExact(rounds.getAsLong())),
                bound(words.get(words.size() - 1))));
      }
    };
  }

  private static String word(OptionalLong bound) {
    return bound.isEmpty() ? "" : Long.toString(bound.getAsLong());
  }

  private static OptionalLong bound(String word) {
    return word.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(word));
  }
}
