/**
 * The network of CryptoNets (Gilad-Bachrach et al., ICML 2016) as it is run for inference, over
 * integers: a picture of 28×28 with one row and one column of zeros above and to the left, convolution
 * 5×5 with stride 2, square, fully connected, square, fully connected. Neither biases nor zero weights.
 *
 * A linear layer is a list of outputs, each a list of `inputs` (indices) and `weights`; positions of the
 * padding do not appear. Values lie in one array of length outputs or pixels; a batch is an array of
 * pictures.
 */

import { SeededRandom } from './random.mjs';

const KERNEL = 5;
const STRIDE = 2;
const PADDING = 1;

/** Pixels are 0 … 15. */
export const PIXEL_LEVELS = 16;

/** Weights are −3 … 3 without 0. */
export const WEIGHT_MAGNITUDE = 3;

/** The shape of the paper's network; smaller ones serve tests and smoke runs. */
export const CRYPTONETS = Object.freeze({ side: 28, maps: 5, hidden: 100, classes: 10 });

export class Network {
  /** @param shape side of the picture, maps of the convolution, hidden and output neurons */
  constructor(shape, seed) {
    const random = new SeededRandom(seed);
    this.shape = shape;
    this.pixels = shape.side * shape.side;
    this.convolution = convolution(shape, random);
    this.hidden = dense(this.convolution.length, shape.hidden, random);
    this.output = dense(shape.hidden, shape.classes, random);
  }

  /** Multiplications by a weight in one pass. */
  get multiplications() {
    return [this.convolution, this.hidden, this.output]
      .flat()
      .reduce((sum, neuron) => sum + neuron.weights.length, 0);
  }

  /** Squares in one pass. */
  get squares() {
    return this.convolution.length + this.hidden.length;
  }

  /** The largest absolute value that any output can take, for any picture: a BigInt. */
  get bound() {
    const convolved = propagateBound(this.convolution, () => BigInt(PIXEL_LEVELS - 1));
    const hidden = propagateBound(this.hidden, (input) => convolved[input] ** 2n);
    const output = propagateBound(this.output, (input) => hidden[input] ** 2n);
    return output.reduce((largest, value) => (value > largest ? value : largest), 0n);
  }

  /**
   * The outputs as exact integers. Doubles hold the hidden layer exactly, its bound is far below
   * 2⁵³ and checked; its squares are BigInts.
   */
  evaluate(picture) {
    const squares = linear(this.convolution, picture).map((value) => value * value);
    const hidden = linear(this.hidden, squares);
    if (hidden.some((value) => !Number.isSafeInteger(value))) {
      throw new RangeError('The hidden layer exceeds 2^53: the shape is too large for this oracle');
    }
    const squaredHidden = hidden.map((value) => BigInt(value) ** 2n);
    return this.output.map(({ inputs, weights }) =>
      weights.reduce((sum, weight, i) => sum + BigInt(weight) * squaredHidden[inputs[i]], 0n),
    );
  }
}

/** Synthetic pictures with the seed's pixels. */
export function pictures(count, pixels, seed) {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: pixels }, () => random.below(PIXEL_LEVELS)),
  );
}

function linear(neurons, values) {
  return neurons.map(({ inputs, weights }) => {
    let sum = 0;
    for (let i = 0; i < inputs.length; i++) {
      sum += weights[i] * values[inputs[i]];
    }
    return sum;
  });
}

function propagateBound(neurons, inputBound) {
  return neurons.map(({ inputs, weights }) =>
    inputs.reduce((sum, input, i) => sum + BigInt(Math.abs(weights[i])) * inputBound(input), 0n),
  );
}

function convolution({ side, maps }, random) {
  const positions = Math.floor((side + PADDING - KERNEL) / STRIDE) + 1;
  const neurons = [];
  for (let map = 0; map < maps; map++) {
    const kernel = Array.from({ length: KERNEL * KERNEL }, () => random.nonZero(WEIGHT_MAGNITUDE));
    for (let y = 0; y < positions; y++) {
      for (let x = 0; x < positions; x++) {
        neurons.push(window(kernel, side, y * STRIDE - PADDING, x * STRIDE - PADDING));
      }
    }
  }
  return neurons;
}

function window(kernel, side, top, left) {
  const inputs = [];
  const weights = [];
  for (let ky = 0; ky < KERNEL; ky++) {
    for (let kx = 0; kx < KERNEL; kx++) {
      if (top + ky >= 0 && left + kx >= 0) {
        inputs.push((top + ky) * side + left + kx);
        weights.push(kernel[ky * KERNEL + kx]);
      }
    }
  }
  return { inputs, weights };
}

function dense(inputCount, outputCount, random) {
  const inputs = Array.from({ length: inputCount }, (_, i) => i);
  return Array.from({ length: outputCount }, () => ({
    inputs,
    weights: inputs.map(() => random.nonZero(WEIGHT_MAGNITUDE)),
  }));
}
