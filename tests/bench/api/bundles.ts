import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleStep } from '../../../infra/bundle.ts';
import { bundleText, importMilliseconds } from '../cold.ts';
import { median, type Row, row } from '../row.ts';

const peers = join(import.meta.dirname, '../../peers/node_modules');
const rounds = 15;

/** The least that each framework answers with, as its documentation has it. */
const hono = `import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
const app = new Hono();
app.get('/', (c) => c.json({ ok: true }));
export const handler = handle(app);`;
const express = `import express from 'express';
const app = express();
app.get('/', (request, response) => response.json({ ok: true }));
export const handler = app;`;

/** What a cold start of the API reads and computes, beside a bare Hono app and a bare Express one. */
export function coldRows(tell: (text: string) => void): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-api-cold-'));
  try {
    const bundles = new Map([
      ['handler', join(bundleStep('api', folder), 'index.js')],
      ['bare-hono', bundleText(folder, 'bare-hono', hono)],
    ]);
    if (existsSync(join(peers, 'express')))
      bundles.set('bare-express', bundleText(folder, 'express', express, [peers]));
    else tell('bare-express needs the peers of tests/peers: no row without them');
    const times = new Map<string, number[]>([...bundles.keys()].map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, path] of bundles) times.get(name)?.push(importMilliseconds(path));
    }
    return [...bundles].flatMap(([name, path]) => [
      row(`api.cold.${name}.kb`, statSync(path).size / 1024, 'KB'),
      row(`api.cold.${name}.cpu-ms`, median(times.get(name) ?? []), 'ms'),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
