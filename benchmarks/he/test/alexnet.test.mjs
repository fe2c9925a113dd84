import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alexNetOperations, DEPTH, extrapolate } from '../lib/alexnet.mjs';

const total = (key) => alexNetOperations().reduce((sum, layer) => sum + layer[key], 0);

test('AlexNet has its published multiplications and outputs', () => {
  assert.equal(total('publishedMultiplications'), 714_188_480);
  assert.equal(total('outputs'), 494_184);
  assert.equal(total('squares'), 494_184 - 1000);
});

test('taps on padding zeros are not counted', () => {
  const [conv1, , conv3] = alexNetOperations();
  // 13 positions of 3 taps lose one at either end.
  assert.equal(conv3.multiplications, 192 * 384 * (13 * 3 - 2) ** 2);
  // 55 positions of 11 taps at stride 4 lose 2 at the first; the last ends at 225 and loses 1.
  assert.equal(conv1.multiplications, 3 * 64 * (55 * 11 - 3) ** 2);
});

test('the last layer runs at level 1, and all levels are used', () => {
  assert.deepEqual(
    alexNetOperations().map((layer) => layer.level),
    [15, 13, 11, 9, 7, 5, 3, 1],
  );
});

test('the extrapolation is the sum of counts times costs', () => {
  const free = { plainMultiply: 0, add: 0, square: 0, relinearize: 0, rescale: 0 };
  const costs = (changed) =>
    Object.fromEntries(
      Array.from({ length: DEPTH }, (_, i) => [i + 1, { ...free, ...changed(i + 1) }]),
    );
  const seconds = (changed) => extrapolate(costs(changed)).seconds;
  const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6 * expected);

  near(seconds(() => ({ plainMultiply: 1000 })), total('multiplications'));
  near(seconds(() => ({ square: 1000 })), total('squares'));
  near(seconds(() => ({ rescale: 1000 })), total('squares') + total('outputs'));
  near(seconds(() => ({ add: 1000 })), total('additions') + total('poolingAdditions'));
  near(seconds((level) => (level === 2 ? { relinearize: 1000 } : {})), 4096);
});
