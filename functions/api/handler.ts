import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { readEnv } from '../adapters/aws/read-env.ts';
import { apiEnv } from './env.ts';

readEnv(apiEnv, process.env);
const app = new Hono();
app.get('/healthz', (c) => c.json({ ok: true }));
export const handler = handle(app);
