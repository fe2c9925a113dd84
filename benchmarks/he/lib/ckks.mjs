/** What one ciphertext operation costs under CKKS, at every level of a modulus that is deep enough. */

import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { DEPTH } from './alexnet.mjs';
import { secureContext } from './seal.mjs';

export const POLY_MODULUS_DEGREE = 32768;

/** Pictures in one batch: CKKS has half as many slots as coefficients. */
export const SLOTS = POLY_MODULUS_DEGREE / 2;

export const SCALE_BITS = 40;

/** 60 bits for the result, one scale for each rescaling, 60 bits for key switching alone. */
export const COEFF_MODULUS_BITS = Object.freeze([60, ...Array(DEPTH).fill(SCALE_BITS), 60]);

const FAST_SAMPLES = 25;
const SLOW_SAMPLES = 5;

/**
 * Medians in milliseconds of CPU time by level, and the bytes of a fresh and of a final ciphertext.
 *
 * @param quick takes a single sample of each operation after one to warm up
 */
export async function measureCosts(seal, quick, log) {
  log(`CKKS: parameters and keys for degree ${POLY_MODULUS_DEGREE}, ${COEFF_MODULUS_BITS.length} primes`);
  const session = new CkksSession(seal);
  try {
    const costs = {};
    for (let level = DEPTH; level >= 1; level--) {
      costs[level] = session.measureLevel(quick ? 1 : FAST_SAMPLES, quick ? 1 : SLOW_SAMPLES);
      log(`CKKS: level ${level} measured`);
      await yieldToEvents();
    }
    return { costs, bytes: { fresh: session.freshBytes, final: session.finalBytes() } };
  } finally {
    session.delete();
  }
}

/** A ciphertext and a weight that go down the levels together. */
class CkksSession {
  #seal;
  #evaluator;
  #relinKeys;
  #cipher;
  #weight;
  #context;

  constructor(seal) {
    this.#seal = seal;
    const parameters = seal.EncryptionParameters(seal.SchemeType.ckks);
    parameters.setPolyModulusDegree(POLY_MODULUS_DEGREE);
    parameters.setCoeffModulus(
      seal.CoeffModulus.Create(POLY_MODULUS_DEGREE, Int32Array.from(COEFF_MODULUS_BITS)),
    );
    this.#context = secureContext(seal, parameters);
    this.#evaluator = seal.Evaluator(this.#context);
    this.#encrypt();
  }

  #encrypt() {
    const seal = this.#seal;
    const generator = seal.KeyGenerator(this.#context);
    this.#relinKeys = generator.createRelinKeys();
    const publicKey = generator.createPublicKey();
    const secretKey = generator.secretKey();
    const encryptor = seal.Encryptor(this.#context, publicKey, secretKey);
    const encoder = seal.CKKSEncoder(this.#context);
    this.#weight = encoder.encode(new Float64Array(SLOTS).fill(0.25), 2 ** SCALE_BITS);
    const serializable = encryptor.encryptSymmetricSerializable(this.#weight);
    const bytes = serializable.saveArray(seal.ComprModeType.none);
    this.freshBytes = bytes.length;
    this.#cipher = seal.CipherText();
    this.#cipher.loadArray(this.#context, bytes);
    [serializable, encoder, encryptor, secretKey, publicKey, generator].forEach((o) => o.delete());
  }

  /** Costs at the present level; then both go one level down. */
  measureLevel(fastSamples, slowSamples) {
    const [product, sum, squared, next] = Array.from({ length: 4 }, () => this.#seal.CipherText());
    const evaluator = this.#evaluator;
    const cost = {
      plainMultiply: medianMillis(fastSamples, () =>
        evaluator.multiplyPlain(this.#cipher, this.#weight, product),
      ),
      add: medianMillis(fastSamples, () => evaluator.add(product, product, sum)),
      square: medianMillis(slowSamples, () => evaluator.square(this.#cipher, squared)),
      relinearize: medianMillis(slowSamples, () =>
        evaluator.relinearize(squared, this.#relinKeys, product),
      ),
      rescale: medianMillis(slowSamples, () => evaluator.rescaleToNext(product, next)),
    };
    next.setScale(2 ** SCALE_BITS);
    [this.#cipher, product, sum, squared].forEach((spent) => spent.delete());
    this.#cipher = next;
    evaluator.plainModSwitchToNext(this.#weight, this.#weight);
    return cost;
  }

  /** Bytes of the ciphertext at the present level. */
  finalBytes() {
    return this.#cipher.saveArray(this.#seal.ComprModeType.none).length;
  }

  delete() {
    const owned = [this.#cipher, this.#weight, this.#relinKeys, this.#evaluator, this.#context];
    owned.forEach((object) => object.delete());
  }
}

/**
 * The median of single calls after one that does not count, in milliseconds of CPU time: an operation is
 * one thread's computation, and other work on the machine disturbs it less than wall-clock time.
 */
function medianMillis(samples, operation) {
  operation();
  const millis = [];
  for (let i = 0; i < samples; i++) {
    const start = process.cpuUsage();
    operation();
    const { user, system } = process.cpuUsage(start);
    millis.push((user + system) / 1000);
  }
  return median(millis);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
