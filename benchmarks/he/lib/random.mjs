/**
 * A small seeded generator (mulberry32) for weights and pictures of the benchmark, so that every run
 * has the same network. Nothing secret comes from here: keys and encryption use SEAL's own generator.
 */
export class SeededRandom {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** Uniform in 0 … bound − 1; the bias is below bound / 2³². */
  below(bound) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  /** Uniform in −magnitude … magnitude without 0. */
  nonZero(magnitude) {
    const value = this.below(2 * magnitude) - magnitude;
    return value < 0 ? value : value + 1;
  }
}
