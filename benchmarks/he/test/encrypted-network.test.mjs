import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_MODULUS_BITS, POLY_MODULUS_DEGREE } from '../lib/bfv.mjs';
import { countWrong, runEncrypted } from '../lib/encrypted-run.mjs';
import { batchingPrimes, ChineseRemainder } from '../lib/moduli.mjs';
import { Network, pictures } from '../lib/network.mjs';
import { loadSeal } from '../lib/seal.mjs';

const TINY = { side: 6, maps: 2, hidden: 4, classes: 3 };

test('encrypted outputs equal the plain integer network, exactly and in every slot', async () => {
  const seal = await loadSeal();
  const network = new Network(TINY, 7);
  const batch = pictures(13, network.pixels, 8);
  const moduli = batchingPrimes(POLY_MODULUS_DEGREE, PLAIN_MODULUS_BITS, 3);
  assert.ok(new ChineseRemainder(moduli).modulus > 2n * network.bound);

  const run = await runEncrypted(seal, network, batch, moduli);

  assert.deepEqual(
    run.outputs,
    batch.map((picture) => network.evaluate(picture)),
  );
  assert.deepEqual(countWrong(network, batch, run, moduli), { checked: 39, wrong: 0, exact: true });
  assert.ok(run.noiseBudgetBits.shrink > 0);
  assert.ok(run.bytes.up > 0 && run.bytes.down > 0 && run.bytes.keys > 0);
});

test('one modulus alone gives residues, and one wrong slot is counted', async () => {
  const seal = await loadSeal();
  const network = new Network(TINY, 7);
  const batch = pictures(5, network.pixels, 9);
  const moduli = batchingPrimes(POLY_MODULUS_DEGREE, PLAIN_MODULUS_BITS, 1);

  const run = await runEncrypted(seal, network, batch, moduli);
  assert.deepEqual(countWrong(network, batch, run, moduli), { checked: 15, wrong: 0, exact: false });

  run.residues[0][1][4] += 1;
  assert.equal(countWrong(network, batch, run, moduli).wrong, 1);
});
