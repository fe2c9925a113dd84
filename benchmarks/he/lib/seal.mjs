/** Loads SEAL and says which one it is. */

import { readFileSync } from 'node:fs';
import { EnvironmentError } from './errors.mjs';

/** Serialized SEAL objects begin with magic, header size, major and minor version. */
const VERSION_MAJOR_OFFSET = 3;
const VERSION_MINOR_OFFSET = 4;

/** @throws EnvironmentError when the package is not installed */
export async function loadSeal() {
  let factory;
  try {
    factory = (await import('node-seal')).default;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') {
      throw error;
    }
    throw new EnvironmentError(
      'The package node-seal is not installed. Install it: cd benchmarks/he && npm ci',
    );
  }
  return factory();
}

/** Versions of node, of the package and of the SEAL inside it, the last from SEAL's own file header. */
export function versions(seal) {
  const header = seal.EncryptionParameters(seal.SchemeType.bfv).saveArray(seal.ComprModeType.none);
  return {
    node: process.version,
    v8: process.versions.v8,
    nodeSeal: installedVersion(),
    seal: `${header[VERSION_MAJOR_OFFSET]}.${header[VERSION_MINOR_OFFSET]}`,
  };
}

/** A context at 128-bit security; SEAL refuses parameters below that level. */
export function secureContext(seal, parameters) {
  const context = seal.Context(parameters, true, seal.SecurityLevel.tc128);
  if (!context.parametersSet()) {
    throw new Error('SEAL refuses the encryption parameters at 128-bit security');
  }
  return context;
}

function installedVersion() {
  const manifest = new URL('../node_modules/node-seal/package.json', import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
