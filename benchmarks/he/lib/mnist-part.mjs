/** The MNIST network in full: encrypted batches, checked, and their figures. */

import { COEFF_MODULUS_BITS, PLAIN_MODULUS_BITS, POLY_MODULUS_DEGREE } from './bfv.mjs';
import { median } from './ckks.mjs';
import { countWrong, runEncrypted } from './encrypted-run.mjs';
import { batchingPrimes, ChineseRemainder } from './moduli.mjs';
import { CRYPTONETS, Network, PIXEL_LEVELS, pictures, WEIGHT_MAGNITUDE } from './network.mjs';

const QUICK_SHAPE = { ...CRYPTONETS, maps: 1, hidden: 10 };
const MODULI = 3;

/** @returns the part `mnist` of the result, see README.md */
export async function measureMnist(seal, options, log) {
  const network = new Network(options.quick ? QUICK_SHAPE : CRYPTONETS, options.seed);
  const moduli = batchingPrimes(POLY_MODULUS_DEGREE, PLAIN_MODULUS_BITS, options.quick ? 1 : MODULI);
  requireRange(network, moduli, options.quick);
  const runs = [];
  let check = { checked: 0, wrong: 0 };
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    const batch = pictures(options.imagesPerBatch, network.pixels, options.seed + 1 + repeat);
    const run = await runEncrypted(seal, network, batch, moduli, log);
    log(`checking ${batch.length} pictures against the plain integer network`);
    const { checked, wrong, exact } = countWrong(network, batch, run, moduli);
    check = { checked: check.checked + checked, wrong: check.wrong + wrong, exact };
    runs.push({ seconds: run.seconds, bytes: run.bytes, noiseBudgetBits: run.noiseBudgetBits });
  }
  return summarize(seal, network, moduli, options.imagesPerBatch, runs, check);
}

/** The client can only recombine integers that the product of the moduli holds with their sign. */
function requireRange(network, moduli, quick) {
  const { modulus } = new ChineseRemainder(moduli);
  if (!quick && modulus <= 2n * network.bound) {
    throw new RangeError(
      `The outputs reach ${network.bound}, the plaintext moduli hold ${modulus / 2n}`,
    );
  }
}

function summarize(seal, network, moduli, imagesPerBatch, runs, check) {
  const seconds = medians(runs.map((run) => run.seconds));
  const { bytes } = runs[0];
  return {
    network: {
      ...network.shape,
      multiplications: network.multiplications,
      squares: network.squares,
      pixelLevels: PIXEL_LEVELS,
      weightMagnitude: WEIGHT_MAGNITUDE,
      outputBound: String(network.bound),
    },
    parameters: parameters(seal, moduli),
    imagesPerBatch,
    seconds,
    millisPerImage: perImage(seconds, imagesPerBatch),
    bytes: {
      ...bytes,
      upPerImage: bytes.up / imagesPerBatch,
      downPerImage: bytes.down / imagesPerBatch,
    },
    noiseBudgetBits: runs[0].noiseBudgetBits,
    correct: check.wrong === 0,
    outputsChecked: check.checked,
    outputsWrong: check.wrong,
    exactIntegers: check.exact,
    runs,
  };
}

function parameters(seal, moduli) {
  return {
    scheme: 'BFV',
    polyModulusDegree: POLY_MODULUS_DEGREE,
    coeffModulusBits: COEFF_MODULUS_BITS,
    coeffModulusTotalBits: COEFF_MODULUS_BITS.reduce((sum, bits) => sum + bits, 0),
    coeffModulusMaxBits: seal.CoeffModulus.MaxBitCount(
      POLY_MODULUS_DEGREE,
      seal.SecurityLevel.tc128,
    ),
    securityBits: 128,
    plainModuli: moduli,
    slots: POLY_MODULUS_DEGREE,
  };
}

function perImage(seconds, imagesPerBatch) {
  return Object.fromEntries(
    ['encrypt', 'evaluate', 'decrypt', 'total', 'totalCpu'].map((phase) => [
      phase,
      (seconds[phase] * 1000) / imagesPerBatch,
    ]),
  );
}

/** Of objects of the same form with numbers at the leaves, the median of each leaf. */
function medians(objects) {
  return Object.fromEntries(
    Object.keys(objects[0]).map((key) => {
      const values = objects.map((object) => object[key]);
      return [key, typeof values[0] === 'number' ? median(values) : medians(values)];
    }),
  );
}
