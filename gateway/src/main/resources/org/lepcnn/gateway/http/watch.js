'use strict';

const SECONDS = 120;
const RATE_SECONDS = 10;
const MEANINGS = {
  400: 'not the protocol, or not the model’s',
  401: 'no token, or another one',
  403: 'from a web page',
  404: 'no such path, model or version',
  405: 'another method',
  408: 'the body came too slowly',
  413: 'too large',
  415: 'a compressed body',
  424: 'the pass failed at the edge',
  429: 'too many of one client',
  500: 'a defect or a damaged file',
  503: 'not now: queue, tables, broker or edge',
};

const element = id => document.getElementById(id);
const grouped = number => Math.round(number).toLocaleString('en-US');
const samples = [];
let token = '';

function put(id, text) {
  if (element(id).textContent !== text) {
    element(id).textContent = text;
  }
}

function tell(text, wrong) {
  put('state', text);
  element('state').classList.toggle('wrong', wrong);
}

function cell(row, kind, text, style) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (kind === 'th') {
    made.scope = 'row';
  }
  if (style) {
    made.className = style;
  }
  row.append(made);
}

function rows(id, all, cells) {
  element(id).replaceChildren(...all.map(each => {
    const row = document.createElement('tr');
    cells(each, row);
    return row;
  }));
}

function millis(value) {
  return value < 10 ? value.toFixed(1) + ' ms' : grouped(value) + ' ms';
}

/** Answers a second between two samples; none across a restart. */
function rate(from, to) {
  const seconds = (to.at - from.at) / 1000;
  return seconds > 0 && to.answered >= from.answered ? (to.answered - from.answered) / seconds : 0;
}

function draw() {
  const rates = samples.slice(1).map((sample, i) => rate(samples[i], sample));
  const most = Math.max(1, ...rates);
  const left = SECONDS - 1 - rates.length;
  const points = rates.map((value, i) => `${left + i} ${(39 - 38 * value / most).toFixed(2)}`);
  element('line').setAttribute('d', points.length < 2 ? '' : 'M' + points.join('L'));
  put('most', rates.length ? `at most ${most.toFixed(1)}` : '');
}

function show(figures) {
  samples.push({ at: performance.now(), answered: figures.answered });
  samples.splice(0, Math.max(0, samples.length - SECONDS));
  const recent = samples[Math.max(0, samples.length - 1 - RATE_SECONDS)];
  const last = samples[samples.length - 1];
  put('rate', samples.length < 2 ? '–' : rate(recent, last).toFixed(1));
  put('median', figures.millis ? millis(figures.millis.median) : '–');
  put('percentile', figures.millis
      ? `95 % within ${millis(figures.millis.p95)}, of the last ${grouped(figures.millis.of)}` : '');
  put('answered', grouped(figures.answered));
  put('since', `in ${grouped(figures.seconds)} s, version ${figures.version}`);
  const refused = Object.entries(figures.refused);
  put('refused', grouped(refused.reduce((sum, [, count]) => sum + count, 0)));
  rows('models', figures.models, (model, row) => {
    cell(row, 'th', model.name);
    cell(row, 'td', model.version, 'wide');
    cell(row, 'td', model.reason ? model.reason : 'ready', model.reason ? 'wrong' : '');
    cell(row, 'td', grouped(model.passesLeft));
  });
  rows('statuses', refused, ([status, count], row) => {
    cell(row, 'th', MEANINGS[status] ? `${status}, ${MEANINGS[status]}` : status);
    cell(row, 'td', grouped(count));
  });
  draw();
  element('entry').hidden = true;
  element('figures').hidden = false;
  const ready = figures.models.every(model => !model.reason);
  tell(!figures.broker ? 'The broker is away.' : ready ? 'Ready.' : 'Not ready: see the models.',
      !ready || !figures.broker);
}

async function look() {
  try {
    const answer = await fetch('/watch/figures', {
      cache: 'no-store',
      headers: token ? { Authorization: `Bearer ${token}` } : {},
    });
    if (answer.status === 401) {
      element('entry').hidden = false;
      element('figures').hidden = true;
      tell(token ? 'That is not the token.' : 'The gateway asks for its token.', Boolean(token));
      token = '';
      return;
    }
    if (!answer.ok) {
      tell(`The gateway refuses: status ${answer.status}.`, true);
    } else {
      show(await answer.json());
    }
  } catch (failure) {
    tell('The gateway does not answer.', true);
  }
  setTimeout(look, 1000);
}

element('entry').addEventListener('submit', event => {
  event.preventDefault();
  token = element('token').value.trim();
  element('token').value = '';
  look();
});
look();
