/**
 * This machine's lepcnn figures, measured elsewhere, and the ratios to them.
 *
 * File: `{"models": {"alexnet": {"privatePassMillis": 40.5, "passesPerSecond": 60, "bytesUp": 1420800,
 * "bytesDown": 1976736, "tableBytes": 2013000, "source": "lepcnn bench pipeline"}, "cryptonets": {…}}}`.
 * Both models and all fields but `privatePassMillis` may be absent. Bytes are those of one pass.
 */

import { readFileSync } from 'node:fs';
import { UsageError } from './errors.mjs';

const MODELS = ['cryptonets', 'alexnet'];
const NUMBERS = ['privatePassMillis', 'passesPerSecond', 'bytesUp', 'bytesDown', 'tableBytes'];

/** The models of the file, or none without a file. */
export function readFigures(file) {
  if (file === undefined) {
    return {};
  }
  let content;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`Reading lepcnn's figures from ${file}: ${error.message}`);
  }
  return checkFigures(content, file);
}

/** @throws UsageError when a model or field is unknown, or a figure is not a positive number */
export function checkFigures(content, file) {
  const models = content?.models;
  if (models === null || typeof models !== 'object') {
    throw new UsageError(`${file}: expected an object "models", found ${JSON.stringify(models)}`);
  }
  for (const [name, figures] of Object.entries(models)) {
    if (!MODELS.includes(name)) {
      throw new UsageError(`${file}: expected the models ${MODELS.join(', ')}, found ${name}`);
    }
    checkModel(figures ?? {}, `${file}: ${name}`);
  }
  return models;
}

function checkModel(figures, where) {
  for (const [field, value] of Object.entries({ privatePassMillis: undefined, ...figures })) {
    if (field !== 'source' && !NUMBERS.includes(field)) {
      throw new UsageError(`${where}: expected the fields ${NUMBERS.join(', ')}, found ${field}`);
    }
    if (field !== 'source' && !(Number.isFinite(value) && value > 0)) {
      throw new UsageError(`${where}.${field}: expected a positive number, found ${value}`);
    }
  }
}

/**
 * Homomorphic figure divided by lepcnn's.
 *
 * @param encrypted batchSeconds, imagesPerBatch, bytesUp and bytesDown of a batch
 */
export function compare(model, encrypted, lepcnn) {
  const imageSeconds = encrypted.batchSeconds / encrypted.imagesPerBatch;
  const lepcnnImageSeconds = lepcnn.passesPerSecond
    ? 1 / lepcnn.passesPerSecond
    : lepcnn.privatePassMillis / 1000;
  const perImage = (bytes) => bytes / encrypted.imagesPerBatch;
  return {
    model,
    lepcnn,
    ratios: {
      latency: encrypted.batchSeconds / (lepcnn.privatePassMillis / 1000),
      secondsPerImageFullBatch: imageSeconds / lepcnnImageSeconds,
      ...(lepcnn.bytesUp && {
        bytesUpOneImage: encrypted.bytesUp / lepcnn.bytesUp,
        bytesUpFullBatch: perImage(encrypted.bytesUp) / lepcnn.bytesUp,
      }),
      ...(lepcnn.bytesDown && {
        bytesDownOneImage: encrypted.bytesDown / lepcnn.bytesDown,
        bytesDownFullBatch: perImage(encrypted.bytesDown) / lepcnn.bytesDown,
      }),
    },
  };
}
