import { beforeAll, describe, expect, test } from 'vitest';
import { findSlot } from '../../functions/adapters/pdf/signing/signature-slot.ts';
import { chain, emptyChain } from '../../functions/domain/audit.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import type { Aftermath } from './aftermath.ts';
import type { FoundBundle } from './bundles.ts';
import { historiesOf } from './histories.ts';
import { type JudgeOptions, judge } from './judges.ts';
import { describeChaos } from './report.ts';
import { type ChaosReport, runChaos } from './run-chaos.ts';

const run = { seed: 5, apprentices: 16, faults: 6 };
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
}, 420_000);

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
  expect(new Set(of(3).map(({ kind }) => kind)).size).toBe(16);
  const overHttp = of(3).filter(({ acts }) => acts === 'over HTTP').length;
  expect([overHttp > 10, overHttp < 30]).toEqual([true, true]);
});

test('a bundle is asked for once all is calm, and verifies by itself whatever befell those before it', () => {
  expect(report.bundles.verified).toBeGreaterThanOrEqual(1);
  expect(aftermath.bundles.at(-1)).toMatchObject({ fetched: 'ready', verified: { exitCode: 0 } });
});

describe('the judges notice', () => {
  const jobOf = ({ job }: FoundBundle) => {
    if (!job) throw new Error('no job');
    return job;
  };
  /** What is broken once something in what they see is changed, beyond what held before. */
  const brokenBy = async (change: (seen: Aftermath) => Aftermath) =>
    (await judge(change(structuredClone(aftermath)), judged)).broken.map(({ promise }) => promise);
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
  const documentOf = (seen: Aftermath) => {
    const stored = seen.documents.get(holder().credential.document.key);
    if (!stored) throw new Error('no document');
    return stored;
  };
  const recordOf = (seen: Aftermath, id = holder().id) => {
    const found = seen.records.get(id);
    if (!found) throw new Error(`no record of ${id}`);
    return found;
  };

  test('a document that is gone', async () => {
    const { credential } = holder();
    expect(
      await brokenBy((seen) => {
        seen.documents.delete(credential.document.key);
        return seen;
      }),
    ).toEqual(['every document is there']);
  });

  test('a document with other bytes', async () => {
    const { credential } = holder();
    expect(
      await brokenBy((seen) => {
        seen.documents.set(credential.document.key, { ...documentOf(seen), hash: 'another' });
        return seen;
      }),
    ).toEqual(['a document is what its record says']);
  });

  test('a PDF whose own signature was tampered with, though its record has the hash of those bytes', async () => {
    const { credential, id } = holder();
    expect(
      await brokenBy((seen) => {
        const { bytes, ...document } = documentOf(seen);
        const slot = findSlot(bytes);
        if (!slot) throw new Error('the PDF has no place for a signature');
        // Another digit of the signature's own: no byte of what it is over.
        let at = slot.start + slot.length;
        while (bytes[at] === 0x30) at -= 1;
        bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
        const hash = sha256(bytes);
        seen.documents.set(credential.document.key, { ...document, bytes, hash });
        for (const each of recordOf(seen, id).record.credentials)
          if (each.credentialId === credential.credentialId) each.document.hash = hash;
        return seen;
      }),
    ).toContain("every PDF bears the key's own signature");
  });

  test('a piece handed in twice, a judgement given twice, and an email sent again twice', async () => {
    const promise = 'what is asked for again is done once';
    const overHttp = judged.apprentices.find(({ acts, kind }) => acts === 'over HTTP' && kind === 'plain');
    const id = overHttp?.ref.enrollment ?? '';
    for (const part of [/^EVIDENCE#[^#]+#[^#]+$/, /#ASSESSMENT#/]) {
      const doubled = (seen: Aftermath) => {
        const { evidence } = recordOf(seen, id);
        const item = evidence.find(({ sk }) => part.test(sk));
        if (!item) throw new Error('nothing was handed in');
        evidence.push({ ...item, sk: `${item.sk}-once-more` });
        return seen;
      };
      expect(await brokenBy(doubled)).toContain(promise);
    }
    const sentAgain = judged.apprentices.find(({ kind }) => kind === 'sent again elsewhere')?.ref.enrollment ?? '';
    const mailedOnceMore = (seen: Aftermath) => {
      const { deliveries } = recordOf(seen, sentAgain).record;
      deliveries.push(...deliveries.filter(({ resendOf }) => resendOf));
      return seen;
    };
    expect(await brokenBy(mailedOnceMore)).toContain(promise);
  });

  test('an email more that nobody asked for', async () => {
    const again = [...aftermath.records.values()].flatMap(({ record }) => record.deliveries).filter((d) => d.resendOf);
    expect(again).toHaveLength(1);
    const [{ enrollment = '' } = {}] = again;
    expect(
      await brokenBy((seen) => {
        for (const delivery of recordOf(seen, enrollment).record.deliveries) delete delivery.resendOf;
        return seen;
      }),
    ).toEqual(['what is asked for again is done once', 'an email more is one that somebody asked for']);
  });

  test("somebody's name, address or evidence text in a log or in the listing of the dead letters", async () => {
    const { record, evidence } = recordOf(aftermath);
    const { name, email } = record.enrollment.apprentice;
    const attestation = String(evidence.find(({ attributes }) => attributes.attestation)?.attributes.attestation);
    expect(aftermath.printed.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['evaluate.log', 'runtime.log', 'dead-letters list delivery']),
    );
    for (const words of [name, email, attestation]) {
      for (const where of ['evaluate.log', 'dead-letters list delivery']) {
        const added = (seen: Aftermath) =>
          seen.printed.map((each) => (each.where === where ? { where, text: `${each.text}: "${words}"` } : each));
        expect(await brokenBy((seen) => ({ ...seen, printed: added(seen) }))).toEqual(['nothing printed is private']);
      }
    }
  });

  test("an item of one program under another's key, and an email by another's name", async () => {
    const { id } = holder();
    const { program } = recordOf(aftermath).record.enrollment;
    const other = program === 'pier' ? 'harbor' : 'pier';
    expect(aftermath.items.length).toBeGreaterThan(100);
    const own = aftermath.items.filter(({ pk }) => pk.endsWith(`#${id}`));
    for (const kind of ['ENROLLMENT', 'EVIDENCE']) {
      const item = own.find(({ pk }) => pk === `${program}#${kind}#${id}`);
      if (!item) throw new Error(`no ${kind} item of ${id}`);
      const moved = { ...item, pk: `${other}#${kind}#${id}` };
      expect(await brokenBy((seen) => ({ ...seen, items: [...seen.items, moved] }))).toContain(
        'programs are kept apart',
      );
    }
    const renamed = (seen: Aftermath) =>
      seen.emails.map((email) => (email.enrollment === id ? { ...email, program: other } : email));
    expect(new Set(await brokenBy((seen) => ({ ...seen, emails: renamed(seen) })))).toEqual(
      new Set(['programs are kept apart']),
    );
  });

  test('an edited entry of the ledger', async () => {
    expect(
      await brokenBy((seen) => {
        Object.assign(recordOf(seen).record.ledger[1] ?? {}, { subject: 'another' });
        return seen;
      }),
    ).toEqual(['the chain is unbroken']);
  });

  test('a certificate issued before the last piece was met', async () => {
    expect(
      await brokenBy((seen) => {
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

  test('an email that is said to be out and is nowhere', async () => {
    const { delivery } = holder();
    const left = (seen: Aftermath) => seen.emails.filter((email) => email.delivery !== delivery.deliveryId);
    expect(await brokenBy((seen) => ({ ...seen, emails: left(seen) }))).toEqual([
      'every delivery is sent or visibly parked',
    ]);
  });

  test('an email that went out twice without a crash', async () => {
    const { delivery } = holder();
    const twice = (seen: Aftermath) => seen.emails.filter((email) => email.delivery === delivery.deliveryId);
    expect(await brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...twice(seen)] }))).toContain(
      'a duplicate only inside the crash window',
    );
  });

  test('an email to somebody unknown, and one with the paper of another', async () => {
    const { id } = holder();
    const stray = (seen: Aftermath) => seen.emails.map((email) => ({ ...email, enrollment: 'enr-9999' })).slice(0, 1);
    expect(await brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...stray(seen)] }))).toEqual([
      'every email is accounted for',
    ]);
    const swapped = (seen: Aftermath) =>
      seen.emails.map((email) => (email.enrollment === id ? { ...email, attachmentHashes: ['another'] } : email));
    expect(new Set(await brokenBy((seen) => ({ ...seen, emails: swapped(seen) })))).toEqual(
      new Set(['an email carries its own document']),
    );
  });

  test('evidence that no longer bears a credential in force', async () => {
    expect(
      await brokenBy((seen) => {
        const found = recordOf(seen);
        found.evidence = found.evidence.filter(({ sk }) => !sk.startsWith('EVIDENCE#engage-1#'));
        return seen;
      }),
    ).toEqual(expect.arrayContaining(['nothing incomplete is in force', 'stored progress is the evidence recomputed']));
  });

  test('a complete record that nobody issued, and a delivery that stays queued', async () => {
    expect(
      await brokenBy((seen) => {
        const { record } = recordOf(seen);
        record.enrollment.pointers.completion = {};
        record.credentials = [];
        return seen;
      }),
    ).toContain('complete means exactly one in force, incomplete none');
    expect(
      await brokenBy((seen) => {
        for (const delivery of recordOf(seen).record.deliveries) delivery.state = 'queued';
        return seen;
      }),
    ).toContain('every delivery is sent or visibly parked');
  });

  test('a bundle that was lost, altered, or told of to nobody', async () => {
    const withLast = (change: (bundle: FoundBundle) => FoundBundle) =>
      brokenBy((seen) => ({
        ...seen,
        bundles: seen.bundles.map((bundle, i) => (i === last(seen) ? change(bundle) : bundle)),
      }));
    const last = (seen: Aftermath) => seen.bundles.length - 1;
    const made = 'every bundle is made, or says why not';
    expect(await withLast(({ job: _, ...bundle }) => bundle)).toContain(made);
    expect(await withLast((bundle) => ({ ...bundle, job: { ...jobOf(bundle), state: 'running' } }))).toContain(made);
    expect(await withLast((bundle) => ({ ...bundle, job: { ...jobOf(bundle), state: 'failed' } }))).toContain(made);
    expect(await withLast((bundle) => ({ ...bundle, fetched: 'export.expired' }))).toEqual([made]);
    expect(await withLast((bundle) => ({ ...bundle, hash: 'another' }))).toEqual(['a bundle is what its job says']);
    expect(await withLast((bundle) => ({ ...bundle, verified: { exitCode: 1, said: 'altered' } }))).toEqual([
      'a bundle verifies by itself',
    ]);
    const told = 'who asked for a bundle is told of it';
    expect(
      await brokenBy((seen) => ({ ...seen, emails: seen.emails.filter(({ bundle }) => bundle === undefined) })),
    ).toContain(told);
    const twice = (seen: Aftermath) => seen.emails.filter(({ bundle }) => bundle !== undefined);
    expect(await brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...twice(seen)] }))).toContain(
      'a duplicate only inside the crash window',
    );
    const stray = (seen: Aftermath) => twice(seen).map((email) => ({ ...email, bundle: 'bundle-99' }));
    expect(await brokenBy((seen) => ({ ...seen, emails: [...seen.emails, ...stray(seen)] }))).toEqual(
      expect.arrayContaining(['every email is accounted for']),
    );
  });

  test('a dead letter of nobody, work that is due still, and a poison that nobody can see', async () => {
    const letter = { queue: 'issueDeadLetters', program: 'harbor', enrollment: 'enr-9999' };
    expect(await brokenBy((seen) => ({ ...seen, deadLetters: [...seen.deadLetters, letter] }))).toEqual([
      'dead letters are explained',
    ]);
    expect(await brokenBy((seen) => ({ ...seen, due: 1 }))).toEqual(['the world comes to rest']);
    const { broken } = await judge(aftermath, { ...judged, poisoned: new Set(['poison-unseen']) });
    expect(broken.map(({ promise }) => promise)).toContain('bad input is visible');
  });
});
