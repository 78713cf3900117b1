import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalFunctions } from './functions.ts';
import { startGateway } from './http/gateway.ts';
import { LocalError } from './local-error.ts';
import { tablePersonas } from './personas.ts';
import { claimPort } from './services/loopback.ts';
import { startOidc } from './services/oidc.ts';
import type { NamedPorts } from './template/physical.ts';
import type { StackPlan } from './template/plan.ts';

/** What people touch: the app behind its gateway, and who they sign in with. */
export interface LocalWeb {
  endpoint: string;
  stop(): Promise<void>;
}

export interface WebParts {
  named: NamedPorts;
  dataFolder: string;
  logs: string;
  functions: LocalFunctions;
  /** The table's address. */
  dynamodb: string;
  clock: { now(): number };
}

/** Ports that the template's own resources name, before anything is planned. @throws LocalError `port-in-use`. */
export async function claimPorts(given: Partial<NamedPorts>): Promise<NamedPorts> {
  const [sqs, http, oidc] = await Promise.all([
    claimPort(given.sqs ?? 0, 'SQS'),
    claimPort(given.http ?? 0, 'the app'),
    claimPort(given.oidc ?? 0, 'sign-in'),
  ]);
  return { sqs, http, oidc };
}

/** @throws LocalError `port-in-use`, or `template-unknown` where there is no app in the template. */
export async function startWeb(plan: StackPlan, parts: WebParts): Promise<LocalWeb> {
  const { named, dataFolder, logs, functions, clock } = parts;
  if (!plan.http) throw new LocalError('template-unknown', 'The template has no HTTP API.');
  const gateway = await startGateway({
    plan: plan.http,
    port: named.http,
    invoke: (name, event) => functions.find(name).invoke(event),
    log: (line) => appendFileSync(join(logs, 'requests.log'), `${line}\n`),
  });
  const stops = [() => gateway.stop()];
  if (plan.signIn) {
    const [table] = plan.tables;
    const personas = tablePersonas(parts.dynamodb, table?.name ?? '', plan.signIn.groups);
    const issuer = await startOidc({
      dataDir: join(dataFolder, 'data/oidc'),
      port: named.oidc,
      client: plan.signIn,
      people: personas.people,
      now: () => clock.now(),
    }).catch(async (error: unknown) => {
      await gateway.stop();
      throw error;
    });
    stops.push(async () => {
      await issuer.stop();
      await personas.close();
    });
  }
  return { endpoint: gateway.endpoint, stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
}
