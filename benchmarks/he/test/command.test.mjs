import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../lib/errors.mjs';
import { checkFigures, compare } from '../lib/lepcnn-figures.mjs';
import { parseOptions } from '../lib/options.mjs';

const HOME = fileURLToPath(new URL('..', import.meta.url));
const SCRIPT = path.join(HOME, 'cryptonets.mjs');

test('options have bounds, and unknown ones are refused', () => {
  assert.equal(parseOptions([]).imagesPerBatch, 8192);
  assert.deepEqual(parseOptions(['--parts', 'mnist']).parts, ['mnist']);
  for (const wrong of [
    ['--images-per-batch', '8193'],
    ['--images-per-batch', '0'],
    ['--repeats', '1.5'],
    ['--parts', 'mnist,vgg'],
    ['--fast'],
    ['file'],
  ]) {
    assert.throws(() => parseOptions(wrong), UsageError);
  }
});

test('bad usage ends with status 2', () => {
  const run = spawnSync(process.execPath, [SCRIPT, '--seed', 'x'], { encoding: 'utf8' });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /--seed: expected a number from 0 to 2147483647, found x/);
});

test('without node_modules the command says what to run, with status 3', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lepcnn-he-'));
  try {
    cpSync(SCRIPT, path.join(folder, 'cryptonets.mjs'));
    cpSync(path.join(HOME, 'lib'), path.join(folder, 'lib'), { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
    const run = spawnSync(process.execPath, ['cryptonets.mjs'], { cwd: folder, encoding: 'utf8' });
    assert.equal(run.status, 3);
    assert.match(run.stderr, /cd benchmarks\/he && npm ci/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('with --watch-stdin the process ends when its parent closes the pipe', async () => {
  const child = spawn(process.execPath, [SCRIPT, '--watch-stdin', '--parts', 'mnist'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stderr.once('data', () => child.stdin.end());
  assert.equal(await ended, 130);
});

test('figures of lepcnn are checked', () => {
  const good = { models: { alexnet: { privatePassMillis: 40, bytesUp: 100, source: 'bench' } } };
  assert.deepEqual(checkFigures(good, 'f'), good.models);
  for (const wrong of [
    {},
    { models: { vgg16: { privatePassMillis: 1 } } },
    { models: { alexnet: {} } },
    { models: { alexnet: { privatePassMillis: '40' } } },
    { models: { alexnet: { privatePassMillis: 40, millis: 3 } } },
  ]) {
    assert.throws(() => checkFigures(wrong, 'f'), UsageError);
  }
});

test('ratios: one image waits for its batch, a full batch is shared', () => {
  const encrypted = { batchSeconds: 100, imagesPerBatch: 1000, bytesUp: 5000, bytesDown: 50 };
  const { ratios } = compare('alexnet', encrypted, { privatePassMillis: 50, bytesUp: 10 });
  assert.equal(ratios.latency, 2000);
  assert.equal(ratios.secondsPerImageFullBatch, 2);
  assert.equal(ratios.bytesUpOneImage, 500);
  assert.equal(ratios.bytesUpFullBatch, 0.5);
  assert.equal(ratios.bytesDownOneImage, undefined);
});
