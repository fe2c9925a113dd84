/** The tables that people read. */

const UNITS = [
  [86400, 'days'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
];
const BYTE_UNITS = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
  [1, 'B'],
];

/** The whole report as text. */
export function report(result) {
  const sections = [heading(result)];
  if (result.mnist) {
    sections.push(mnistSection(result.mnist));
  }
  if (result.alexnet) {
    sections.push(alexNetSection(result.alexnet));
  }
  sections.push(comparisonSection(result));
  return sections.join('\n\n') + '\n';
}

function heading({ machine, versions, quick, peakMemoryBytes }) {
  const lines = [
    'Homomorphic baseline: CryptoNets packing, one picture in each slot',
    `machine   ${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}, load ${machine.loadAverage}; one thread is used`,
    `versions  node ${versions.node}, node-seal ${versions.nodeSeal} (WebAssembly), SEAL ${versions.seal}`,
    `memory    ${bytes(peakMemoryBytes)} at the peak`,
  ];
  if (quick) {
    lines.push('QUICK RUN: a smaller network and single samples; no figure below is a measurement of the paper’s.');
  }
  return lines.join('\n');
}

function mnistSection({ network, parameters, imagesPerBatch, seconds, bytes: sent, ...rest }) {
  const row = (name, phase) => [
    name,
    duration(seconds[phase]),
    duration(seconds[phase] / imagesPerBatch),
  ];
  return [
    `MNIST network, measured: ${network.maps} maps, ${network.hidden} hidden, ${network.multiplications} multiplications by weights, ${network.squares} squares`,
    parameterLine(parameters) + `, plaintext moduli ${parameters.plainModuli.join(', ')}`,
    `batch of ${imagesPerBatch}; noise budget left ${rest.noiseBudgetBits.shrink} bits; keys once ${duration(seconds.keys)}, ${bytes(sent.keys)}`,
    '',
    table([
      ['', 'per batch', 'per image'],
      row('encrypt', 'encrypt'),
      row('evaluate', 'evaluate'),
      row('decrypt', 'decrypt'),
      row('total', 'total'),
      row('total, CPU', 'totalCpu'),
      ['bytes up', bytes(sent.up), bytes(sent.upPerImage)],
      ['bytes down', bytes(sent.down), bytes(sent.downPerImage)],
    ]),
    '',
    correctness(rest),
  ].join('\n');
}

function correctness({ correct, outputsChecked, outputsWrong, exactIntegers }) {
  const what = exactIntegers ? 'the exact integer' : 'the integer modulo the plaintext modulus';
  return correct
    ? `correct: each of ${outputsChecked} outputs equals ${what} of the plain network`
    : `WRONG: ${outputsWrong} of ${outputsChecked} outputs differ from the plain network`;
}

function alexNetSection({ parameters, imagesPerBatch, layers, seconds, secondsPerImage, ...rest }) {
  const rows = layers.map((layer) => [
    layer.name,
    layer.level,
    layer.multiplications,
    layer.squares,
    duration(layer.seconds),
  ]);
  return [
    'AlexNet, EXTRAPOLATED: measured costs of single operations times their counts; it was not run',
    parameterLine(parameters),
    rest.formula,
    '',
    table([['layer', 'level', 'multiplications', 'squares', 'time per batch'], ...rows]),
    '',
    `batch of ${imagesPerBatch}: ${duration(seconds.evaluate)}; per image of a full batch ${duration(secondsPerImage)}`,
    `bytes of a batch: up ${bytes(rest.bytes.up)}, down ${bytes(rest.bytes.down)}, largest layer ${bytes(rest.bytes.largestLayer)}`,
  ].join('\n');
}

function parameterLine(parameters) {
  return (
    `${parameters.scheme}, degree ${parameters.polyModulusDegree}, coefficient modulus ` +
    `${parameters.coeffModulusTotalBits} of at most ${parameters.coeffModulusMaxBits} bits at ` +
    `${parameters.securityBits}-bit security`
  );
}

function comparisonSection({ comparison }) {
  if (comparison.length === 0) {
    return 'lepcnn beside it: no figures given (--lepcnn FILE, or none for the parts that were run)';
  }
  const rows = comparison.map(({ model, lepcnn, ratios }) => [
    model,
    duration(lepcnn.privatePassMillis / 1000),
    ratio(ratios.latency),
    ratio(ratios.secondsPerImageFullBatch),
    ratio(ratios.bytesUpOneImage),
    ratio(ratios.bytesUpFullBatch),
  ]);
  return [
    'Encrypted ÷ lepcnn on this machine',
    table([
      ['model', 'lepcnn pass', 'latency', 'time/image', 'up, 1 image', 'up, full batch'],
      ...rows,
    ]),
    'latency: one image waits for its whole batch; time/image: a full batch shared among its images.',
  ].join('\n');
}

function table(rows) {
  const text = rows.map((row) => row.map(String));
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
  return text
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function ratio(value) {
  return value === undefined ? '–' : `${significant(value)}×`;
}

function duration(seconds) {
  return scaled(seconds, UNITS);
}

function bytes(count) {
  return scaled(count, BYTE_UNITS);
}

function scaled(value, units) {
  const [size, name] = units.find(([unit]) => value >= unit) ?? units[units.length - 1];
  return `${significant(value / size)} ${name}`;
}

/** Three significant digits, whole numbers in full. */
function significant(value) {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
