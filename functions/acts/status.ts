import type { AuditEntry, ChainFault } from '../domain/audit.ts';
import { findChainFault } from '../domain/audit.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { type Explanation, explain } from '../domain/explanation.ts';
import type { Framework } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import type { StoredAside } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

export type Status = {
  outcome: 'found';
  enrollment: Enrollment;
  program: Program;
  framework: Framework;
  explanation: Explanation;
  credentials: Credential[];
  deliveries: Delivery[];
  ledger: AuditEntry[];
  chainFault: ChainFault | undefined;
  aside: StoredAside[];
};

/** Everything about one enrollment: what is met, what is missing, what was issued and sent, and the ledger behind it. */
export async function readStatus(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
): Promise<Status | Refused> {
  const record = await ports.store.readRecord(ref);
  if (!record)
    return refused('enrollment.unknown', `enrollment: there is no "${ref.enrollment}" in program "${ref.program}"`);
  const { enrollment } = record;
  const stored = await ports.store.readProgram(ref.program);
  const framework = await ports.store.readFramework(enrollment.framework);
  if (!stored || !framework)
    return refused(
      'program.unknown',
      `program: "${ref.program}" or its framework is not in the table; load it again with \`program load\``,
    );
  return {
    outcome: 'found',
    ...record,
    program: stored.program,
    framework,
    explanation: explain(enrollment, stored.program, framework, ports.clock.now()),
    chainFault: findChainFault(ref, record.ledger, enrollment.chain),
    aside: (await listAside(ports, ref.program)).filter((aside) => aside.enrollment === ref.enrollment),
  };
}

/** What a program's evidence was refused for: every item that does not count, and why. */
export async function listAside(ports: Pick<ActPorts, 'store'>, program: string): Promise<StoredAside[]> {
  const found: StoredAside[] = [];
  let cursor: string | undefined;
  do {
    const page = await ports.store.listAside(program, cursor);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
