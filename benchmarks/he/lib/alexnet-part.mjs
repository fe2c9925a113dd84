/** AlexNet by extrapolation: measured costs of operations times their counts. */

import { extrapolate, FORMULA, INPUT_VALUES, OUTPUT_VALUES } from './alexnet.mjs';
import {
  COEFF_MODULUS_BITS,
  measureCosts,
  POLY_MODULUS_DEGREE,
  SCALE_BITS,
  SLOTS,
} from './ckks.mjs';

const BYTES_PER_RESIDUE = 8;

/** @returns the part `alexnet` of the result, see README.md */
export async function measureAlexNet(seal, options, log) {
  const { costs, bytes } = await measureCosts(seal, options.quick, log);
  const { layers, seconds } = extrapolate(costs);
  const sent = { up: bytes.fresh * INPUT_VALUES, down: bytes.final * OUTPUT_VALUES };
  return {
    extrapolated: true,
    formula: FORMULA,
    parameters: parameters(seal),
    imagesPerBatch: SLOTS,
    costsMillis: costs,
    layers,
    seconds: { evaluate: seconds },
    secondsPerImage: seconds / SLOTS,
    bytes: {
      ...sent,
      upPerImage: sent.up / SLOTS,
      downPerImage: sent.down / SLOTS,
      largestLayer: Math.max(...layers.map(outputBytes)),
    },
  };
}

/** What the outputs of a layer take: two polynomials each, one prime fewer than before the rescaling. */
function outputBytes({ outputs, level }) {
  return outputs * 2 * POLY_MODULUS_DEGREE * level * BYTES_PER_RESIDUE;
}

function parameters(seal) {
  return {
    scheme: 'CKKS',
    polyModulusDegree: POLY_MODULUS_DEGREE,
    coeffModulusBits: COEFF_MODULUS_BITS,
    coeffModulusTotalBits: COEFF_MODULUS_BITS.reduce((sum, bits) => sum + bits, 0),
    coeffModulusMaxBits: seal.CoeffModulus.MaxBitCount(
      POLY_MODULUS_DEGREE,
      seal.SecurityLevel.tc128,
    ),
    securityBits: 128,
    scaleBits: SCALE_BITS,
    slots: SLOTS,
  };
}
