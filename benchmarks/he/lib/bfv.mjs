/**
 * Encrypted evaluation of a {@link Network} in CryptoNets' packing: one ciphertext for each pixel, one
 * picture in each slot, so up to `POLY_MODULUS_DEGREE` pictures are evaluated at once and a weight is a
 * constant polynomial, which SEAL multiplies without a transform.
 *
 * Noise: the ciphertext modulus of 174 bits carries both squares. After the first square the noise
 * budget fits a modulus of 116 bits, so the evaluator switches down and the large fully connected layer
 * costs two thirds; the result is switched down to 58 bits before it is sent. Budgets are measured and
 * reported.
 */

import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { secureContext } from './seal.mjs';

export const POLY_MODULUS_DEGREE = 8192;

/** The last prime serves key switching only. */
export const COEFF_MODULUS_BITS = Object.freeze([58, 58, 58, 44]);

export const PLAIN_MODULUS_BITS = 24;

/** Both roles for one plaintext modulus; the evaluator's methods use neither secret key nor decryptor. */
export class BfvBatch {
  #seal;
  #context;
  #secretKey;
  #relinKeys;
  #encryptor;
  #decryptor;
  #evaluator;
  #encoder;
  #constants = new Map();
  #scratch;

  constructor(seal, plainModulus) {
    this.#seal = seal;
    const parameters = seal.EncryptionParameters(seal.SchemeType.bfv);
    parameters.setPolyModulusDegree(POLY_MODULUS_DEGREE);
    parameters.setCoeffModulus(
      seal.CoeffModulus.Create(POLY_MODULUS_DEGREE, Int32Array.from(COEFF_MODULUS_BITS)),
    );
    parameters.setPlainModulus(seal.Modulus(BigInt(plainModulus)));
    this.plainModulus = plainModulus;
    this.#context = secureContext(seal, parameters);
    this.#evaluator = seal.Evaluator(this.#context);
    this.#encoder = seal.BatchEncoder(this.#context);
    this.#scratch = seal.CipherText();
  }

  /** Makes the client's keys. Returns the bytes of the relinearization keys, sent once. */
  makeKeys() {
    const generator = this.#seal.KeyGenerator(this.#context);
    this.#secretKey = generator.secretKey();
    const publicKey = generator.createPublicKey();
    this.#relinKeys = generator.createRelinKeys();
    this.#encryptor = this.#seal.Encryptor(this.#context, publicKey, this.#secretKey);
    this.#decryptor = this.#seal.Decryptor(this.#context, this.#secretKey);
    const serializable = generator.createRelinKeysSerializable();
    const bytes = serializable.saveArray(this.#seal.ComprModeType.none).length;
    for (const spent of [serializable, publicKey, generator]) {
      spent.delete();
    }
    return bytes;
  }

  /** Client: the bytes of one ciphertext of up to 8192 integers, half of it as a seed. */
  encrypt(slots) {
    const plain = this.#encoder.encode(slots);
    const cipher = this.#encryptor.encryptSymmetricSerializable(plain);
    const bytes = cipher.saveArray(this.#seal.ComprModeType.none);
    cipher.delete();
    plain.delete();
    return bytes;
  }

  /** Evaluator: a ciphertext from its bytes. */
  load(bytes) {
    const cipher = this.#seal.CipherText();
    cipher.loadArray(this.#context, bytes);
    return cipher;
  }

  /** Evaluator: a linear layer. Deletes the inputs. */
  async linear(neurons, inputs) {
    const outputs = [];
    for (const neuron of neurons) {
      outputs.push(this.#weightedSum(neuron, inputs));
      await yieldToEvents();
    }
    inputs.forEach((input) => input.delete());
    return outputs;
  }

  /** Evaluator: the square activation with relinearization, in place. */
  async square(ciphers) {
    for (const cipher of ciphers) {
      this.#evaluator.square(cipher, cipher);
      this.#evaluator.relinearize(cipher, this.#relinKeys, cipher);
      await yieldToEvents();
    }
  }

  /** Evaluator: to the next smaller ciphertext modulus, in place. */
  switchDown(ciphers) {
    ciphers.forEach((cipher) => this.#evaluator.cipherModSwitchToNext(cipher, cipher));
  }

  /** Evaluator: the bytes of a result. Deletes it. */
  save(cipher) {
    const bytes = cipher.saveArray(this.#seal.ComprModeType.none);
    cipher.delete();
    return bytes;
  }

  /** Client: the slots of a result, centred modulo the plaintext modulus. */
  decrypt(bytes) {
    const cipher = this.load(bytes);
    const plain = this.#decryptor.decrypt(cipher);
    const slots = this.#encoder.decode(plain, true);
    plain.delete();
    cipher.delete();
    return slots;
  }

  /** What is left for further operations, in bits; at 0 a result is garbage. */
  noiseBudgetBits(cipher) {
    return this.#decryptor.invariantNoiseBudget(cipher);
  }

  delete() {
    const owned = [this.#scratch, this.#relinKeys, this.#secretKey, this.#encryptor];
    owned.push(this.#decryptor, this.#evaluator, this.#encoder, ...this.#constants.values());
    owned.push(this.#context);
    owned.filter(Boolean).forEach((object) => object.delete());
  }

  /**
   * A negative weight is a subtraction of its magnitude: SEAL lifts the constant −w as t − w, which would
   * multiply the noise by t.
   */
  #weightedSum({ inputs, weights }, ciphers) {
    const sum = this.#seal.CipherText();
    this.#evaluator.multiplyPlain(ciphers[inputs[0]], this.#magnitude(weights[0]), sum);
    if (weights[0] < 0) {
      this.#evaluator.negate(sum, sum);
    }
    for (let i = 1; i < inputs.length; i++) {
      const magnitude = this.#magnitude(weights[i]);
      this.#evaluator.multiplyPlain(ciphers[inputs[i]], magnitude, this.#scratch);
      if (weights[i] < 0) {
        this.#evaluator.sub(sum, this.#scratch, sum);
      } else {
        this.#evaluator.add(sum, this.#scratch, sum);
      }
    }
    return sum;
  }

  /** The same integer in every slot is a constant polynomial; without its zeros SEAL sees that faster. */
  #magnitude(weight) {
    const value = Math.abs(weight);
    let plain = this.#constants.get(value);
    if (plain === undefined) {
      plain = this.#encoder.encode(new Int32Array(POLY_MODULUS_DEGREE).fill(value));
      plain.resize(1);
      this.#constants.set(value, plain);
    }
    return plain;
  }
}
