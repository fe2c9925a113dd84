import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchingPrimes, canonicalResidue, ChineseRemainder } from '../lib/moduli.mjs';
import { CRYPTONETS, Network, pictures } from '../lib/network.mjs';

test('batching primes are the largest ones that are 1 modulo twice the degree', () => {
  assert.deepEqual(batchingPrimes(8192, 24, 3), [16760833, 16580609, 16515073]);
  assert.throws(() => batchingPrimes(8192, 15, 3), RangeError);
});

test('the remainder theorem recovers centred integers up to half the product', () => {
  const primes = [97, 101, 103];
  const remainder = new ChineseRemainder(primes);
  const half = remainder.modulus / 2n;
  for (const value of [0n, 1n, -1n, 12345n, -54321n, half, -half]) {
    const residues = primes.map((prime) => canonicalResidue(value, prime));
    assert.equal(remainder.centred(residues), value);
  }
  assert.equal(remainder.centred([-1, -1, -1]), -1n);
});

test('the network has the layers of CryptoNets', () => {
  const network = new Network(CRYPTONETS, 1);
  assert.equal(network.convolution.length, 5 * 13 * 13);
  assert.equal(network.hidden.length, 100);
  assert.equal(network.output.length, 10);
  assert.equal(network.squares, 945);
  // Windows of 25 taps, without those on the zeros: in each map 13 windows lose a row, 13 a column, and
  // the corner has one tap in both.
  assert.equal(network.multiplications, 5 * (13 * 13 * 25 - 2 * 13 * 5 + 1) + 84_500 + 1_000);
});

test('the same seed gives the same network and the same pictures', () => {
  const shape = { side: 6, maps: 2, hidden: 4, classes: 3 };
  assert.deepEqual(new Network(shape, 3).output, new Network(shape, 3).output);
  assert.notDeepEqual(new Network(shape, 3).output, new Network(shape, 4).output);
  assert.deepEqual(pictures(2, 36, 5), pictures(2, 36, 5));
});

test('a network worked out by hand', () => {
  const network = new Network({ side: 4, maps: 1, hidden: 1, classes: 1 }, 1);
  network.convolution = [{ inputs: [0, 5], weights: [2, -1] }];
  network.hidden = [{ inputs: [0], weights: [-3] }];
  network.output = [{ inputs: [0], weights: [2] }];
  const picture = new Uint8Array(16);
  picture[0] = 4;
  picture[5] = 1;
  assert.deepEqual(network.evaluate(picture), [2n * (-3n * 7n ** 2n) ** 2n]);
  assert.equal(network.bound, 2n * (3n * 45n ** 2n) ** 2n);
});

test('no output exceeds the bound, and the bound of the full network needs three moduli', () => {
  const network = new Network(CRYPTONETS, 1);
  const { modulus } = new ChineseRemainder(batchingPrimes(8192, 24, 3));
  assert.ok(2n * network.bound < modulus);
  for (const output of network.evaluate(new Uint8Array(784).fill(15))) {
    assert.ok(output <= network.bound && -output <= network.bound);
  }
});
