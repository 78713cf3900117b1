import { beforeAll, describe, expect, test } from 'vitest';
import { chain, emptyChain } from '../../functions/domain/audit.ts';
import type { Aftermath } from './aftermath.ts';
import { historiesOf } from './histories.ts';
import { type JudgeOptions, judge } from './judges.ts';
import { describeChaos } from './report.ts';
import { type ChaosReport, runChaos } from './run-chaos.ts';

const run = { seed: 5, apprentices: 15, faults: 6 };
let report: ChaosReport;
let aftermath: Aftermath;
let judged: JudgeOptions;

beforeAll(async () => {
  report = await runChaos({
    ...run,
    inspect(seen, options) {
      aftermath = seen;
      judged = options;
    },
  });
}, 240_000);

test('a few apprentices of every kind, some faults: every promise holds', () => {
  expect(report.broken).toEqual([]);
  expect(report.apprentices).toBe(run.apprentices);
  expect(report.faults.reduce((sum, { times }) => sum + times, 0)).toBeGreaterThan(run.faults);
  expect(report.counts.inForce).toBeGreaterThanOrEqual(6);
  expect(report.counts.emails).toBeGreaterThanOrEqual(report.counts.inForce);
});

test('the report fits a hundred columns, and names the seed and the apprentice where a promise broke', () => {
  const broken = [{ promise: 'nothing is lost', enrollment: 'enr-0007', what: 'word '.repeat(60) }];
  const text = describeChaos({ ...report, broken });
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).toContain('enr-0007: nothing is lost');
  expect(text).toContain('--seed 5');
});

test('equal seeds give equal histories, and another seed others', () => {
  const of = (seed: number) => historiesOf(seed, 40, '2026-11-22');
  expect(of(3)).toEqual(of(3));
  expect(of(3)).not.toEqual(of(4));
  expect(new Set(of(3).map(({ kind }) => kind)).size).toBe(15);
});

describe('the judges notice', () => {
  /** What is broken once something in what they see is changed, beyond what held before. */
  const brokenBy = (change: (seen: Aftermath) => Aftermath) =>
    judge(change(structuredClone(aftermath)), judged).broken.map(({ promise }) => promise);
  const holder = () => {
    for (const { record } of aftermath.records.values()) {
      const credential = record.credentials.find(
        ({ state, achievement }) => state === 'issued' && achievement === 'completion',
      );
      const delivery = record.deliveries.find(({ deliveryId }) => deliveryId === credential?.delivery);
      if (credential && delivery?.state === 'delivered') return { credential, delivery, id: credential.enrollment };
    }
    throw new Error('nobody holds a certificate that was delivered');
  };
  const recordOf = (seen: Aftermath, id = holder().id) => {
    const found = seen.records.get(id);
    if (!found) throw new Error(`no record of ${id}`);
    return found;
  };

  test('a document that is gone', () => {
    const { credential } = holder();
    expect(
      brokenBy((seen) => {
        seen.documents.delete(credential.document.key);
        return seen;
      }),
    ).toEqual(['every document is there']);
  });

  test('a document with other bytes', () => {
    const { credential } = holder();
    expect(
      brokenBy((seen) => {
        seen.documents.set(credential.document.key, { hash: 'another', keptUntil: '2031-01-01' });
        return seen;
      }),
    ).toEqual(['a document is what its record says']);
  });

  test('an edited entry of the ledger', () => {
    expect(
      brokenBy((seen) => {
        Object.assign(recordOf(seen).record.ledger[1] ?? {}, { subject: 'another' });
        return seen;
      }),
    ).toEqual(['the chain is unbroken']);
  });

  test('a certificate issued before the last piece was met', () => {
    expect(
      brokenBy((seen) => {
        const { record } = recordOf(seen);
        const entries = record.ledger.filter(({ action }) => action !== 'credential-issued');
        const issue = record.ledger.find(
          ({ action, facts }) => action === 'credential-issued' && facts.achievement === 'completion',
        );
        if (!issue) throw new Error('nothing was issued');
        const first = entries.findIndex(({ facts }) => facts.requirement !== undefined);
        const early = [...entries.slice(0, first), issue, ...entries.slice(first)];
        const facts = early.map(({ seq: _, at: __, prevHash: ___, hash: ____, ...fact }) => fact);
        const { salt, chain: head } = record.enrollment;
        const chained = chain({ salt, chain: emptyChain(record.enrollment, head.at) }, facts, head.at);
        record.ledger = chained.entries;
        record.enrollment.chain = chained.head;
        return seen;
      }),
    ).toContain('nothing incomplete is ever issued');
  });

  test('an email that is said to be out and is nowhere', () => {
    const { delivery } = holder();
    const left = (seen: Aftermath) => seen.emails.filter((email) => email.delivery !== delivery.deliveryId);
    expect(brokenBy((seen) => ({ ...seen, emails: left(seen) }))).toEqual(['every delivery is sent or visibly parked']);
  });

  test('an email that went out twice without a crash', () => {
    const { delivery } = holder();
    const twice = (seen: Aftermath) => seen.emails.filter((email) => email.delivery === delivery.deliveryId);
    expect(brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...twice(seen)] }))).toContain(
      'a duplicate only inside the crash window',
    );
  });

  test('an email to somebody unknown, and one with the paper of another', () => {
    const { id } = holder();
    const stray = (seen: Aftermath) => seen.emails.map((email) => ({ ...email, enrollment: 'enr-9999' })).slice(0, 1);
    expect(brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...stray(seen)] }))).toEqual([
      'every email is accounted for',
    ]);
    const swapped = (seen: Aftermath) =>
      seen.emails.map((email) => (email.enrollment === id ? { ...email, attachmentHashes: ['another'] } : email));
    expect(new Set(brokenBy((seen) => ({ ...seen, emails: swapped(seen) })))).toEqual(
      new Set(['an email carries its own document']),
    );
  });

  test('evidence that no longer bears a credential in force', () => {
    expect(
      brokenBy((seen) => {
        const found = recordOf(seen);
        found.evidence = found.evidence.filter(({ sk }) => !sk.startsWith('EVIDENCE#engage-1#'));
        return seen;
      }),
    ).toEqual(expect.arrayContaining(['nothing incomplete is in force', 'stored progress is the evidence recomputed']));
  });

  test('a complete record that nobody issued, and a delivery that stays queued', () => {
    expect(
      brokenBy((seen) => {
        const { record } = recordOf(seen);
        record.enrollment.pointers.completion = {};
        record.credentials = [];
        return seen;
      }),
    ).toContain('complete means exactly one in force, incomplete none');
    expect(
      brokenBy((seen) => {
        for (const delivery of recordOf(seen).record.deliveries) delivery.state = 'queued';
        return seen;
      }),
    ).toContain('every delivery is sent or visibly parked');
  });

  test('a dead letter of nobody, work that is due still, and a poison that nobody can see', () => {
    const letter = { queue: 'issueDeadLetters', program: 'harbor', enrollment: 'enr-9999' };
    expect(brokenBy((seen) => ({ ...seen, deadLetters: [...seen.deadLetters, letter] }))).toEqual([
      'dead letters are explained',
    ]);
    expect(brokenBy((seen) => ({ ...seen, due: 1 }))).toEqual(['the world comes to rest']);
    const { broken } = judge(aftermath, { ...judged, poisoned: new Set(['poison-unseen']) });
    expect(broken.map(({ promise }) => promise)).toContain('bad input is visible');
  });
});
