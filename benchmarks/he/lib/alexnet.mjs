/**
 * AlexNet (the one-column network of 61.1 million parameters) as it could be run under CKKS in the same
 * packing, one value of one picture in each slot: what each layer would take in ciphertext operations.
 *
 * ReLU becomes the square, maximum pooling the sum over the window (8 additions), as in CryptoNets.
 * Every linear layer and every square uses up one prime of the ciphertext modulus by its rescaling, so
 * layer i of the eight runs at level 15 − 2i and the square after it at level 14 − 2i.
 */

const POOL_ADDITIONS = 8;

const CONVOLUTIONS = [
  { name: 'conv1', inputs: 3, outputs: 64, kernel: 11, stride: 4, padding: 2, side: 224, pooled: 27 },
  { name: 'conv2', inputs: 64, outputs: 192, kernel: 5, stride: 1, padding: 2, side: 27, pooled: 13 },
  { name: 'conv3', inputs: 192, outputs: 384, kernel: 3, stride: 1, padding: 1, side: 13 },
  { name: 'conv4', inputs: 384, outputs: 256, kernel: 3, stride: 1, padding: 1, side: 13 },
  { name: 'conv5', inputs: 256, outputs: 256, kernel: 3, stride: 1, padding: 1, side: 13, pooled: 6 },
];

const DENSE = [
  { name: 'fc6', inputs: 9216, outputs: 4096 },
  { name: 'fc7', inputs: 4096, outputs: 4096 },
  { name: 'fc8', inputs: 4096, outputs: 1000 },
];

/** Values that the client encrypts, and those it gets back. */
export const INPUT_VALUES = 3 * 224 * 224;
export const OUTPUT_VALUES = 1000;

/** Rescalings along the network: eight linear layers and the seven squares between them. */
export const DEPTH = 15;

/**
 * Operations of each layer.
 *
 * @returns for each layer: name; level of its linear part; multiplications by a weight without those on
 *     padding zeros; publishedMultiplications with them; additions; outputs; squares of the activation
 *     that follows, 0 after the last layer
 */
export function alexNetOperations() {
  const layers = [...CONVOLUTIONS.map(convolution), ...DENSE.map(dense)];
  return layers.map((layer, i) => ({
    ...layer,
    level: DEPTH - 2 * i,
    squares: i < layers.length - 1 ? layer.outputs : 0,
  }));
}

function convolution(shape) {
  const { name, inputs, outputs, kernel, stride, padding, side, pooled } = shape;
  const positions = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  const multiplications = inputs * outputs * tapsInside(shape, positions) ** 2;
  const values = outputs * positions ** 2;
  const pooling = pooled ? outputs * pooled ** 2 * POOL_ADDITIONS : 0;
  return {
    name,
    multiplications,
    publishedMultiplications: values * inputs * kernel ** 2,
    additions: multiplications - values,
    poolingAdditions: pooling,
    outputs: values,
  };
}

/** Taps of all positions along one dimension that do not lie on the padding. */
function tapsInside({ kernel, stride, padding, side }, positions) {
  let taps = 0;
  for (let position = 0; position < positions; position++) {
    const first = position * stride - padding;
    taps += Math.min(first + kernel, side) - Math.max(first, 0);
  }
  return taps;
}

function dense({ name, inputs, outputs }) {
  return {
    name,
    multiplications: inputs * outputs,
    publishedMultiplications: inputs * outputs,
    additions: (inputs - 1) * outputs,
    poolingAdditions: 0,
    outputs,
  };
}

/** How seconds follow from counts and measured costs; printed beside the figure. */
export const FORMULA =
  'seconds = sum over layers of [multiplications · plainMultiply(l) + additions · add(l)' +
  ' + outputs · rescale(l)] + sum over squares of [square(l−1) + relinearize(l−1) + rescale(l−1)]' +
  ' + poolingAdditions · add(l−2), l = level of the layer, CPU time measured at that level';

/**
 * Seconds of one batch.
 *
 * @param costs milliseconds by level 1 … 15: plainMultiply, add, square, relinearize, rescale
 */
export function extrapolate(costs) {
  const layers = alexNetOperations().map((layer) => ({ ...layer, seconds: seconds(layer, costs) }));
  return { layers, seconds: layers.reduce((sum, layer) => sum + layer.seconds, 0) };
}

function seconds(layer, costs) {
  const at = costs[layer.level];
  let millis =
    layer.multiplications * at.plainMultiply +
    layer.additions * at.add +
    layer.outputs * at.rescale;
  if (layer.squares > 0) {
    const after = costs[layer.level - 1];
    millis += layer.squares * (after.square + after.relinearize + after.rescale);
    millis += layer.poolingAdditions * costs[layer.level - 2].add;
  }
  return millis / 1000;
}
