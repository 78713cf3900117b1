import type { FaultsMet, SesFaults } from '../../infra/local/services/ses-faults.ts';
import type { Runtime } from './runtime.ts';

/** The misbehaviour of the mail service from now on, and of the documents' disk. `{}`: none. */
export const setSesFaults = (runtime: Runtime, faults: SesFaults) => post(sesAddress(runtime), faults);
export const setS3Faults = (runtime: Runtime, faults: { disk?: 'full' }) => post(s3Address(runtime), faults);

/** What met the mail service's faults since they were set, by its own count. */
export const sesMet = async (runtime: Runtime): Promise<FaultsMet> =>
  ((await (await fetch(sesAddress(runtime))).json()) as { met: FaultsMet }).met;

/** Writes that the full disk refused since it is full. */
export const refusedWrites = async (runtime: Runtime): Promise<number> =>
  ((await (await fetch(s3Address(runtime))).json()) as { refused: number }).refused;

const sesAddress = (runtime: Runtime) => `${runtime.description().endpoints.ses}/faults`;
const s3Address = (runtime: Runtime) => `${runtime.description().endpoints.s3}/_faults`;

async function post(address: string, faults: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(faults) });
  if (!answer.ok) throw new Error(`${address} does not take faults: ${await answer.text()}`);
}
