/**
 * Benchmark: CNN inference under homomorphic encryption. See README.md.
 *
 * Exit status: 0 done; 1 an encrypted result differs from the plain network; 2 bad usage or input; 3
 * something is missing on this machine; 4 internal error; 130 the parent has gone.
 */

import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { measureAlexNet } from './lib/alexnet-part.mjs';
import { BenchmarkError, WrongResultError } from './lib/errors.mjs';
import { compare, readFigures } from './lib/lepcnn-figures.mjs';
import { measureMnist } from './lib/mnist-part.mjs';
import { parseOptions, USAGE } from './lib/options.mjs';
import { report } from './lib/report.mjs';
import { loadSeal, versions } from './lib/seal.mjs';

const SCHEMA_VERSION = 1;
const INTERNAL_ERROR = 4;
const INTERRUPTED = 130;

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof BenchmarkError ? error.exitStatus : INTERNAL_ERROR;
  console.error(error instanceof BenchmarkError ? `he benchmark: ${error.message}` : error);
}

async function main(args) {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  if (options.watchStdin) {
    endWithStandardInput();
  }
  const lepcnn = readFigures(options.lepcnn);
  const result = await measure(await loadSeal(), options);
  result.comparison = comparisons(result, lepcnn);
  result.chart = chart(result, lepcnn);
  publish(result, options.json);
  if (result.mnist && !result.mnist.correct) {
    throw new WrongResultError(`${result.mnist.outputsWrong} encrypted outputs are wrong`);
  }
}

/** However the parent dies, its end of the pipe is closed. The input alone keeps nothing running. */
function endWithStandardInput() {
  process.stdin.on('end', () => process.exit(INTERRUPTED));
  process.stdin.resume();
  process.stdin.unref();
}

async function measure(seal, options) {
  const log = (line) => console.error(`[${process.uptime().toFixed(1)} s] ${line}`);
  const result = {
    benchmark: 'he',
    schemaVersion: SCHEMA_VERSION,
    quick: options.quick,
    repeats: options.repeats,
    seed: options.seed,
    startedAt: new Date().toISOString(),
    machine: machine(),
    versions: versions(seal),
  };
  if (options.parts.includes('mnist')) {
    result.mnist = await measureMnist(seal, options, log);
  }
  if (options.parts.includes('alexnet')) {
    result.alexnet = await measureAlexNet(seal, options, log);
  }
  result.peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  return result;
}

function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0].model.trim(),
    cores: cpus.length,
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()}`,
    arch: os.arch(),
    loadAverage: os.loadavg()[0],
  };
}

function comparisons({ mnist, alexnet, quick }, lepcnn) {
  const rows = [];
  if (mnist && lepcnn.cryptonets && !quick) {
    rows.push(compare('cryptonets', encrypted(mnist, mnist.seconds.total), lepcnn.cryptonets));
  }
  if (alexnet && lepcnn.alexnet) {
    rows.push(compare('alexnet', encrypted(alexnet, alexnet.seconds.evaluate), lepcnn.alexnet));
  }
  return rows;
}

function encrypted(part, batchSeconds) {
  const { up, down } = part.bytes;
  return { batchSeconds, imagesPerBatch: part.imagesPerBatch, bytesUp: up, bytesDown: down };
}

/** Bars for whoever draws: seconds from one image to its answer, on a logarithmic axis. */
function chart({ mnist, alexnet }, lepcnn) {
  const bars = [];
  const add = (label, seconds) => seconds && bars.push({ label, seconds });
  add('CryptoNets, encrypted, batch', mnist?.seconds.total);
  add('CryptoNets, encrypted, per image', mnist && mnist.seconds.total / mnist.imagesPerBatch);
  add('CryptoNets, lepcnn', lepcnn.cryptonets && lepcnn.cryptonets.privatePassMillis / 1000);
  add('AlexNet, encrypted (extrapolated), batch', alexnet?.seconds.evaluate);
  add('AlexNet, encrypted (extrapolated), per image', alexnet?.secondsPerImage);
  add('AlexNet, lepcnn', lepcnn.alexnet && lepcnn.alexnet.privatePassMillis / 1000);
  return { title: 'Private inference: seconds', logarithmic: true, bars };
}

function publish(result, json) {
  const text = JSON.stringify(result, null, 2) + '\n';
  const toStandardOutput = json === '-';
  (toStandardOutput ? process.stderr : process.stdout).write(report(result));
  if (toStandardOutput) {
    process.stdout.write(text);
  } else if (json !== undefined) {
    writeFileSync(json, text);
  }
}
