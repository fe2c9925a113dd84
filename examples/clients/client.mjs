#!/usr/bin/env node
// Asks a gateway for a private inference, with Node.js alone:
//   echo 0.1 0.2 0.3 0.4 | examples/clients/client.mjs hall
// The numbers of the model's one input come from standard input, in the order of its dimensions. A
// line is printed for each output: its name and its values. LEPCNN_URL is the gateway's address,
// LEPCNN_TOKEN_FILE a file with its token where it asks for one.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;
const LATER = [429, 503];

/** Asks one URL, again while the gateway says that it is busy; gives the JSON of the answer. */
async function call(url, body) {
  const headers = {};
  if (process.env.LEPCNN_TOKEN_FILE) {
    headers.Authorization = `Bearer ${readFileSync(process.env.LEPCNN_TOKEN_FILE, "utf8").trim()}`;
  }
  const request = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  for (let left = TRIES - 1; ; left--) {
    let response;
    try {
      response = await fetch(url, request);
    } catch (error) {
      throw new Error(`no answer from ${url}: ${error.cause?.message ?? error.message}`);
    }
    if (response.ok) {
      return response.json();
    }
    const text = await response.text();
    if (!LATER.includes(response.status) || left === 0) {
      throw new Error(`${url} answered ${response.status}: ${text}`);
    }
    await sleep(1000 * Number(response.headers.get("Retry-After") ?? 1));
  }
}

/** The request for numbers as text; an id of its own makes it safe to send again. */
function requestOf(specs, words) {
  if (specs.length !== 1) {
    throw new Error(`expected a model of one input, found ${specs.length}`);
  }
  const { name, shape, datatype } = specs[0];
  const data = words.map(Number);
  if (data.some(Number.isNaN)) {
    throw new Error(`input '${name}' is ${datatype}: found what is no number`);
  }
  if (data.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new Error(`input '${name}' has dimensions [${shape}], found ${data.length} numbers`);
  }
  return { id: randomUUID(), inputs: [{ name, shape, datatype, data }] };
}

async function main() {
  if (process.argv.length !== 3) {
    throw new Error("usage: client.mjs MODEL < NUMBERS");
  }
  const gateway = process.env.LEPCNN_URL ?? "http://localhost:8000";
  const model = `${gateway}/v2/models/${encodeURIComponent(process.argv[2])}`;
  const words = readFileSync(0, "utf8").split(/\s+/).filter(Boolean);
  const answer = await call(`${model}/infer`, requestOf((await call(model)).inputs, words));
  for (const { name, data } of answer.outputs) {
    console.log(name, JSON.stringify(data));
  }
}

main().catch((error) => {
  console.error(`client.mjs: ${error.message}`);
  process.exitCode = 1;
});
