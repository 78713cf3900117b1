import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditFact, chain, emptyChain } from '../../functions/domain/audit.ts';
import type { EvidenceLine } from '../../functions/domain/bundle.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { frameworkRef, frameworkSchema, requirementsOf } from '../../functions/domain/framework.ts';
import { documentHash, sha256 } from '../../functions/domain/hash.ts';
import { programSchema } from '../../functions/domain/program.ts';
import { summaryContent } from '../../functions/export/summary-content.ts';
import type { SummaryContent } from '../../functions/ports/summary-engine.ts';

const data = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../data', path), 'utf8'));
const program = programSchema.parse(data('programs/recovery-support-specialist.json'));
const framework = frameworkSchema.parse(data(`frameworks/${program.framework.id}.${program.framework.version}.json`));
const enrollment = 'enr-01JB2M5K7N';
const at = (minutes: number) => new Date(Date.parse('2026-01-12T14:00:00.000Z') + minutes * 60_000).toISOString();
const assessor = program.assessors[0]?.id ?? '';
const programHash = documentHash(program);
const requirements = [...requirementsOf(framework).values()];

/** The summary of one completed record of the real program: every requirement met, two credentials, an email that bounced. */
export function realSummary(name: string, given: { unredacted?: boolean; issuer?: string } = {}): SummaryContent {
  const hidden = given.unredacted ? [] : requirements.filter(({ sensitive }) => sensitive).map(({ id }) => id);
  const evidence = requirements.map((each, i) => pieceOf(each.id, each.kind === 'certificate', i, given.issuer));
  const start = { chain: emptyChain({ program: program.id, enrollment }, at(0)), salt: 's'.repeat(32) };
  const ledger = chain(start, factsOf(evidence), at(700)).entries;
  const sets = framework.skillSets.filter((set) => set.sensitive && !given.unredacted).map(({ id }) => id);
  return summaryContent({
    record: { enrollment: enrollmentOf(name), credentials: credentialsOf(name), deliveries: deliveries(), ledger },
    shown: ledger.filter(({ facts }) => !hidden.includes(String(facts.requirement))),
    evidence: evidence.filter(({ requirement }) => !hidden.includes(requirement)),
    framework,
    hidden: new Set([...hidden, ...sets]),
    program,
    versions: new Map([[programHash, program]]),
    readers: {
      entries: [
        {
          ...{ seq: 1, at: at(800), day: '2026-01-13', subject: enrollment, prevHash: '', hash: '' },
          ...{ actor: { id: 'auditor-7', role: 'auditor' }, action: 'export-made', facts: { scope: 'enrollment' } },
        },
      ],
      earlier: 3,
    },
    checkpoint: {
      ...{ schema: 'journeypaper/checkpoint/1', program: program.id, number: 41, at: at(790), size: 3 },
      root: sha256('root'),
    },
    madeAt: at(800),
  });
}

export const realRequirements = requirements;

function pieceOf(requirement: string, isCertificate: boolean, i: number, issuer = 'American Red Cross'): EvidenceLine {
  const contentHash = sha256(`content ${i}`);
  const assessedAt = at(2 * i + 1);
  return {
    ...{
      kind: 'evidence',
      enrollment,
      requirement,
      evidence: `piece-${i}`,
      submittedBy: 'app-31',
      submittedAt: at(2 * i),
    },
    ...{ occurredOn: '2026-01-09', contentHash },
    ...(i % 7 === 0 && { hours: 6.5 }),
    ...(isCertificate && {
      certificate: { issuer, number: 'C-2291/7', issuedOn: '2025-11-02', expiresOn: '2027-11-02' },
    }),
    ...(i === 4 && { withdrawn: { by: 'app-31', at: at(400) } }),
    assessments: [{ assessment: `assessment-${i}`, assessor, assessedAt, outcome: 'met', evidenceHash: contentHash }],
  };
}

function factsOf(evidence: readonly EvidenceLine[]): AuditFact[] {
  const system = { id: 'evaluate', role: 'system' as const };
  const { id, version, hash } = frameworkRef(framework);
  const pieces = evidence.flatMap(({ requirement, evidence: piece, contentHash, assessments }, i): AuditFact[] => [
    {
      ...{ actor: { id: 'app-31', role: 'apprentice' }, action: 'evidence-accepted', subject: piece },
      ...{ facts: { requirement, contentHash }, cause: `e${i}` },
    },
    {
      ...{ actor: { id: assessor, role: 'assessor' }, action: 'assessment-accepted' },
      subject: `${piece}/${assessments[0]?.assessment}`,
      facts: { requirement, outcome: 'met', status: `met ${assessments[0]?.assessedAt}` },
      cause: `a${i}`,
    },
  ]);
  const of = (action: AuditFact['action'], subject: string, facts: AuditFact['facts'] = {}): AuditFact => ({
    ...{ actor: system, action, subject, facts, cause: `${action}-${subject}` },
  });
  return [
    {
      ...{ actor: { id: 'olga', role: 'administrator' }, action: 'enrolled', subject: enrollment, cause: 'enroll' },
      facts: { framework: `${id}@${version}`, frameworkHash: hash, programHash, enrolledOn: '2025-03-01' },
    },
    ...pieces,
    of('evidence-edited', 'piece-3', {
      requirement: evidence[3]?.requirement ?? '',
      contentHash: sha256('piece 3 as it was edited'),
    }),
    of('evidence-withdrawn', 'piece-4', { requirement: evidence[4]?.requirement ?? '' }),
    of('completion-reached', enrollment, { on: '2026-01-12', reachedAt: at(300) }),
    of('credential-requested', 'cred-0', { achievement: 'completion' }),
    of('credential-request-cancelled', 'cred-0', { achievement: 'completion' }),
    of('credential-issued', 'cred-1', { achievement: 'completion', completedOn: '2026-01-12' }),
    of('delivery-sending', 'mail-1', { attempt: 1 }),
    of('delivery-bounced', 'mail-1', { attempt: 1, reason: 'bounced: mailbox full' }),
    of('delivery-sent', 'mail-1', { attempt: 2, providerId: '0100018f-7d1e' }),
    of('name-corrected', enrollment, { reasonHash: sha256('why') }),
    of('credential-superseded', 'cred-1', { by: 'cred-2' }),
    of('credential-issued', 'cred-2', { achievement: 'completion', completedOn: '2026-01-12' }),
    of('credential-revoked', 'cred-2', { achievement: 'completion', code: 'holder-request' }),
  ];
}

function enrollmentOf(name: string): Enrollment {
  return {
    ...{ program: program.id, enrollment, enrolledOn: '2025-03-01', framework: frameworkRef(framework), programHash },
    apprentice: { id: 'app-31', name, email: 'app-31@apprentices.example' },
    ...{ status: 'complete', salt: 's'.repeat(32), version: 9, fence: 2, progress: {}, met: requirements.length },
    ...{ marks: {}, refused: {}, pointers: {}, completion: { at: at(300), on: '2026-01-12' } },
    chain: { seq: 1, hash: sha256('head'), at: at(700) },
    lastChangeAt: at(700),
  };
}

function credentialsOf(name: string): Credential[] {
  const hashes = { program: programHash, template: sha256('template'), policy: documentHash(program.policy) };
  const shared = {
    ...{ program: program.id, enrollment, achievement: 'completion' as const, code: '0'.repeat(26) },
    ...{ requestedAt: at(301), issuedAt: at(302), basisHash: sha256('basis'), delivery: 'mail-1' },
    transcript: { skillSets: [], courses: [], certificates: [] },
    document: {
      key: 'k',
      hash: sha256('signed'),
      unsignedHash: sha256('bytes'),
      bytes: 61_204,
      engine: 'journeypaper-pdf/3',
    },
    signature: { keyId: 'arn:aws:kms:us-east-1:111122223333:key/5f1c', value: '' },
    facts: { name, completedOn: '2026-01-12', framework: frameworkRef(framework), hashes },
  };
  return [
    { ...shared, credentialId: 'cred-1', state: 'superseded', supersededBy: 'cred-2', supersededAt: at(600) },
    {
      ...{ ...shared, credentialId: 'cred-2', state: 'revoked', replaces: 'cred-1', issuedAt: at(600) },
      ...{ revokedAt: at(650), revocation: { code: 'holder-request', text: 'The holder asked for it' } },
    },
  ];
}

const deliveries = (): Delivery[] => [
  {
    ...{ deliveryId: 'mail-1', program: program.id, enrollment, about: { kind: 'credential', credentialId: 'cred-1' } },
    ...{ state: 'sent', queuedAt: at(302), attempt: 2, redrives: 0, softBounces: 1, sentAt: at(320) },
  },
];
