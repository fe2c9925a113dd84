/**
 * Plaintext moduli: primes that allow batching, and the Chinese remainder theorem over them.
 *
 * With t ≡ 1 (mod 2n), x^n + 1 splits into n linear factors modulo t, so one plaintext holds n
 * independent integers modulo t (slots). Integers beyond one t are carried as residues for several
 * primes, each encrypted apart.
 */

/** The largest `count` primes below 2^bits that are 1 modulo 2·degree, descending, as numbers. */
export function batchingPrimes(degree, bits, count) {
  const step = 2 * degree;
  const primes = [];
  let candidate = Math.floor((2 ** bits - 2) / step) * step + 1;
  for (; primes.length < count && candidate > step; candidate -= step) {
    if (isPrime(candidate)) {
      primes.push(candidate);
    }
  }
  if (primes.length < count) {
    throw new RangeError(
      `${count} primes of at most ${bits} bits that are 1 modulo ${step}: found ${primes.length}`,
    );
  }
  return primes;
}

function isPrime(value) {
  if (value < 2 || (value > 2 && value % 2 === 0)) {
    return false;
  }
  for (let divisor = 3; divisor * divisor <= value; divisor += 2) {
    if (value % divisor === 0) {
      return false;
    }
  }
  return true;
}

/** The residue in 0 … modulus − 1 of a BigInt of either sign, as a number. */
export function canonicalResidue(value, modulus) {
  const residue = Number(value % BigInt(modulus));
  return residue < 0 ? residue + modulus : residue;
}

/** Recombination of residues modulo pairwise different primes. */
export class ChineseRemainder {
  #modulus;
  #factors;

  constructor(primes) {
    this.#modulus = primes.reduce((product, prime) => product * BigInt(prime), 1n);
    this.#factors = primes.map((prime) => {
      const others = this.#modulus / BigInt(prime);
      return others * inverse(others % BigInt(prime), BigInt(prime));
    });
  }

  /** The product of the primes, a BigInt. */
  get modulus() {
    return this.#modulus;
  }

  /** The integer in (−modulus/2, modulus/2) with these residues, one for each prime in order. */
  centred(residues) {
    let sum = 0n;
    for (let i = 0; i < residues.length; i++) {
      sum += this.#factors[i] * BigInt(residues[i]);
    }
    const canonical = ((sum % this.#modulus) + this.#modulus) % this.#modulus;
    return canonical > this.#modulus / 2n ? canonical - this.#modulus : canonical;
  }
}

/** By Fermat: value^(prime − 2) modulo a prime. */
function inverse(value, prime) {
  let result = 1n;
  let power = value;
  for (let exponent = prime - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) {
      result = (result * power) % prime;
    }
    power = (power * power) % prime;
  }
  return result;
}
