/** One batch of pictures through the encrypted network, timed by stage. */

import { BfvBatch, POLY_MODULUS_DEGREE } from './bfv.mjs';
import { ChineseRemainder } from './moduli.mjs';

/** Wall-clock seconds by stage, and the process's CPU seconds of all stages but the keys. */
class Stages {
  seconds = {};
  cpuSeconds = 0;

  async time(stage, work) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const result = await work();
    this.seconds[stage] = (this.seconds[stage] ?? 0) + (performance.now() - start) / 1000;
    if (stage !== 'keys') {
      const { user, system } = process.cpuUsage(cpu);
      this.cpuSeconds += (user + system) / 1e6;
    }
    return result;
  }
}

/**
 * Encrypts, evaluates and decrypts a batch, for one plaintext modulus after the other.
 *
 * @param log receives a line for each stage
 * @returns outputs (for each picture the centred integers modulo the product of the moduli), residues
 *     (for each modulus and class the slots), seconds and bytes by stage, smallest noise budgets in bits
 */
export async function runEncrypted(seal, network, batch, plainModuli, log = () => {}) {
  const run = { stages: new Stages(), bytes: { keys: 0, up: 0, down: 0 }, noiseBudgetBits: {} };
  const residues = [];
  for (const plainModulus of plainModuli) {
    residues.push(await runModulus(seal, network, batch, plainModulus, run, log));
  }
  const outputs = await run.stages.time('recombine', () =>
    recombine(residues, plainModuli, batch.length),
  );
  const { bytes, noiseBudgetBits } = run;
  return { outputs, residues, seconds: summed(run.stages), bytes, noiseBudgetBits };
}

async function runModulus(seal, network, batch, plainModulus, run, log) {
  const say = (text) => log(`plaintext modulus ${plainModulus}: ${text}`);
  const session = new BfvBatch(seal, plainModulus);
  try {
    run.bytes.keys += await run.stages.time('keys', () => session.makeKeys());
    say(`encrypting ${network.pixels} ciphertexts`);
    const inputs = await upload(session, network, batch, run);
    const outputs = await evaluate(session, network, inputs, run, say);
    return await download(session, outputs, run);
  } finally {
    session.delete();
  }
}

async function upload(session, network, batch, { stages, bytes, noiseBudgetBits }) {
  const inputs = [];
  for (let pixel = 0; pixel < network.pixels; pixel++) {
    const sent = await stages.time('encrypt', () => session.encrypt(slotsOf(batch, pixel)));
    bytes.up += sent.length;
    inputs.push(await stages.time('load', () => session.load(sent)));
  }
  recordBudget(noiseBudgetBits, 'encrypted', session, inputs);
  return inputs;
}

async function evaluate(session, network, inputs, { stages, noiseBudgetBits }, say) {
  const stage = async (name, ciphers, work) => {
    say(name);
    const result = (await stages.time(name, work)) ?? ciphers;
    recordBudget(noiseBudgetBits, name, session, result);
    return result;
  };
  let ciphers = inputs;
  ciphers = await stage('convolution', ciphers, () => session.linear(network.convolution, ciphers));
  await stage('square1', ciphers, () => session.square(ciphers));
  await stage('switch', ciphers, () => session.switchDown(ciphers));
  ciphers = await stage('dense1', ciphers, () => session.linear(network.hidden, ciphers));
  await stage('square2', ciphers, () => session.square(ciphers));
  ciphers = await stage('dense2', ciphers, () => session.linear(network.output, ciphers));
  await stage('shrink', ciphers, () => session.switchDown(ciphers));
  return ciphers;
}

async function download(session, ciphers, { stages, bytes }) {
  const slots = [];
  for (const cipher of ciphers) {
    const sent = await stages.time('save', () => session.save(cipher));
    bytes.down += sent.length;
    slots.push(await stages.time('decrypt', () => session.decrypt(sent)));
  }
  return slots;
}

/** The smallest budget of any output counts at the end; before, one ciphertext stands for its layer. */
function recordBudget(budgets, stage, session, ciphers) {
  const sampled = stage === 'shrink' ? ciphers : ciphers.slice(0, 1);
  const smallest = Math.min(...sampled.map((cipher) => session.noiseBudgetBits(cipher)));
  budgets[stage] = Math.min(budgets[stage] ?? Infinity, smallest);
}

function slotsOf(batch, pixel) {
  const slots = new Int32Array(POLY_MODULUS_DEGREE);
  for (let i = 0; i < batch.length; i++) {
    slots[i] = batch[i][pixel];
  }
  return slots;
}

function recombine(residues, plainModuli, count) {
  const remainder = new ChineseRemainder(plainModuli);
  return Array.from({ length: count }, (_, i) =>
    residues[0].map((_class, index) => remainder.centred(residues.map((slots) => slots[index][i]))),
  );
}

/** Stage seconds with the sums that are compared: the client's two, the evaluator's, all without keys. */
function summed({ seconds: stages, cpuSeconds }) {
  const { keys, encrypt, decrypt, recombine: combined, ...evaluator } = stages;
  const evaluate = Object.values(evaluator).reduce((sum, seconds) => sum + seconds, 0);
  const decryptAll = decrypt + combined;
  return {
    keys,
    encrypt,
    evaluate,
    decrypt: decryptAll,
    total: encrypt + evaluate + decryptAll,
    totalCpu: cpuSeconds,
    stages,
  };
}

/**
 * Compares every output of every picture with the plain integer network: its residue for each modulus,
 * and the recombined integer where the product of the moduli exceeds twice the network's bound.
 *
 * @returns outputs checked, and how many are wrong
 */
export function countWrong(network, batch, { outputs, residues }, plainModuli) {
  const exact = new ChineseRemainder(plainModuli).modulus > 2n * network.bound;
  let wrong = 0;
  batch.forEach((picture, i) => {
    network.evaluate(picture).forEach((expected, index) => {
      const residuesAgree = plainModuli.every((modulus, m) =>
        isCongruent(residues[m][index][i], expected, modulus),
      );
      if (!residuesAgree || (exact && outputs[i][index] !== expected)) {
        wrong++;
      }
    });
  });
  return { checked: batch.length * network.shape.classes, wrong, exact };
}

function isCongruent(residue, expected, modulus) {
  return (expected - BigInt(residue)) % BigInt(modulus) === 0n;
}
