/** The command line: typed, with bounds; what is not known is refused. */

import { parseArgs } from 'node:util';
import { POLY_MODULUS_DEGREE } from './bfv.mjs';
import { UsageError } from './errors.mjs';

const PARTS = ['mnist', 'alexnet'];

export const USAGE = `node cryptonets.mjs [options]
  --json FILE            write the result as JSON; - writes it to standard output, the table to standard error
  --lepcnn FILE          JSON with this machine's lepcnn figures, printed beside (see README.md)
  --images-per-batch N   pictures in a batch, 1 to ${POLY_MODULUS_DEGREE} (default ${POLY_MODULUS_DEGREE}); a batch costs the same
  --repeats N            batches, the median counts (default 1)
  --parts LIST           mnist, alexnet or both (default mnist,alexnet)
  --quick                smoke run: one map, ten hidden neurons, one plaintext modulus, single samples
  --seed N               of weights and pictures (default 1)
  --watch-stdin          end when standard input ends: for a parent process
  --help`;

const KNOWN = {
  json: { type: 'string' },
  lepcnn: { type: 'string' },
  'images-per-batch': { type: 'string', default: String(POLY_MODULUS_DEGREE) },
  repeats: { type: 'string', default: '1' },
  parts: { type: 'string', default: PARTS.join(',') },
  quick: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  'watch-stdin': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** @throws UsageError */
export function parseOptions(args) {
  const values = parsed(args);
  const parts = values.parts.split(',');
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    throw new UsageError(`--parts: expected ${PARTS.join(' and ')}, found ${unknown.join(', ')}`);
  }
  return {
    json: values.json,
    lepcnn: values.lepcnn,
    imagesPerBatch: integer(values, 'images-per-batch', 1, POLY_MODULUS_DEGREE),
    repeats: integer(values, 'repeats', 1, 1000),
    parts,
    quick: values.quick,
    seed: integer(values, 'seed', 0, 2 ** 31 - 1),
    watchStdin: values['watch-stdin'],
    help: values.help,
  };
}

function parsed(args) {
  try {
    return parseArgs({ args, options: KNOWN, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
}

function integer(values, name, smallest, largest) {
  const value = Number(values[name]);
  if (!/^\d+$/.test(values[name]) || value < smallest || value > largest) {
    throw new UsageError(
      `--${name}: expected a number from ${smallest} to ${largest}, found ${values[name]}`,
    );
  }
  return value;
}
