import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { changeApprentice } from '../../functions/acts/change-apprentice.ts';
import { replayDeadLetters, setDeadLettersAside } from '../../functions/acts/dead-letters.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { resumeEnrollment, withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { listParked } from '../../functions/acts/list-parked.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { parkedIdOf, replayParked, setParkedAside } from '../../functions/acts/parked.ts';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { resendDelivery } from '../../functions/acts/resend-delivery.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { voidAssessor } from '../../functions/acts/void-assessor.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import {
  evidencePartition,
  evidenceSortKey,
  parseEvidenceKeys,
  type Submission,
} from '../../functions/domain/evidence.ts';
import { evidenceHashOf } from '../../functions/domain/progress.ts';
import { addDays, later } from '../../functions/domain/time.ts';
import type { DeadLetters } from '../../functions/ports/dead-letters.ts';
import { letterQueues } from './dead-letters.ts';
import type { Deed, History } from './history.ts';
import type { Caller } from './store-port.ts';
import type { Attributes, SimulatedTable } from './table.ts';

export type DeedWorld = {
  table: SimulatedTable;
  ports: ActPorts;
  call: Caller;
  now: () => string;
  startOn: string;
  deadLetters: DeadLetters;
  history: History;
  /** Voiding has answered: from now on nothing may be issued on their word. */
  onVoided: (assessor: string) => void;
};

const administrator: Actor = { id: 'administrator', role: 'administrator' };

/** Does one deed. True when it came to something, or never will; false when the one who does it would try again. */
export async function perform(world: DeedWorld, who: number, deed: Deed): Promise<boolean> {
  const { ports } = world;
  const ref = { program: 'sim', enrollment: `enr-${who}` };
  switch (deed.do) {
    case 'enroll': {
      const apprentice = {
        id: `apprentice-${who}`,
        name: `Apprentice Number ${who}`,
        email: `apprentice-${who}@home.example`,
      };
      const answer = await enroll(ports, administrator, {
        ...ref,
        apprentice,
        enrolledOn: addDays(world.startOn, -10),
      });
      return answer.outcome === 'enrolled' || answer.code === 'enrollment.exists';
    }
    case 'submit': {
      if (deed.by === 'table') return put(world, ref, deed, submissionOf(world, ref, deed));
      const { schema: _, program: __, enrollment: ___, submittedAt: ____, ...input } = submissionOf(world, ref, deed);
      const [answer] = await submitEvidence(ports, ref, [input]);
      return answer?.outcome !== 'refused' || answer.code !== 'enrollment.unknown';
    }
    case 'assess': {
      if (deed.by === 'table')
        return put(world, ref, { ...deed, part: 'assessment' }, () => assessmentOf(world, ref, deed));
      const { do: _, by: __, ...input } = deed;
      const [answer] = await assessEvidence(ports, ref, [input]);
      return answer?.outcome !== 'refused' || !answer.code.endsWith('.unknown');
    }
    case 'withdraw': {
      const { requirement, evidence, by } = deed;
      const withdrawal = {
        schema: 'journeypaper/withdrawal/1',
        ...ref,
        requirement,
        evidence,
        withdrawnBy: `apprentice-${who}`,
        withdrawnAt: world.now(),
      };
      if (by === 'table') return put(world, ref, { ...deed, part: 'withdrawal' }, withdrawal);
      const answer = await withdrawEvidence(ports, ref, { requirement, evidence, withdrawnBy: `apprentice-${who}` });
      return answer.outcome !== 'refused' || !answer.code.endsWith('.unknown');
    }
    case 'edit':
    case 'touch':
    case 'delete':
      await world.call('table.write', () => alter(world, ref, deed));
      return true;
    case 'malform':
      await world.call('table.write', () => malform(world, ref, deed));
      return true;
    case 'stranger': {
      const stranger = { program: 'sim', enrollment: 'nobody' };
      return put(
        world,
        stranger,
        { requirement: 'care-1', evidence: deed.evidence },
        submissionOf(world, stranger, { requirement: 'care-1', evidence: deed.evidence }),
      );
    }
    case 'reissue': {
      await reissueCredential(ports, administrator, ref, {
        achievement: deed.achievement as 'completion',
        ...(deed.name !== undefined && { name: deed.name }),
      });
      return true;
    }
    case 'revoke': {
      const active = (await ports.store.readEnrollment(ref))?.pointers[deed.achievement]?.active;
      if (active)
        await revokeCredential(ports, administrator, ref, {
          credentialId: active.credentialId,
          code: 'other',
          text: 'as the program decided',
        });
      return true;
    }
    case 'tidy':
      await world.call('table.write', () => tidy(world));
      return true;
    case 'load': {
      const { setting, versions } = world.history;
      const { framework, template, pictures = [] } = setting;
      const images = new Map(pictures.map(({ file, bytes }) => [file, bytes]));
      await loadProgram(ports, { program: versions[deed.version]?.program, framework, template, images });
      return true;
    }
    case 'leave': {
      const answer = await withdrawFromProgram(ports, administrator, ref, { code: 'other', text: 'as they wished' });
      return answer.outcome !== 'refused' || !answer.code.endsWith('.unknown');
    }
    case 'resume': {
      await resumeEnrollment(ports, administrator, ref);
      return true;
    }
    case 'void': {
      const answer = await voidAssessor(ports, administrator, {
        program: ref.program,
        assessor: deed.assessor,
        text: 'as was found out',
        ...(deed.revoke && { revoke: 'fraud' }),
      });
      if (answer.outcome === 'voided') world.onVoided(deed.assessor);
      return answer.outcome === 'voided';
    }
    case 'correct': {
      const { do: _, ...input } = deed;
      const answer = await changeApprentice(ports, administrator, ref, input);
      return answer.outcome !== 'refused' || !answer.code.endsWith('.unknown');
    }
    case 'resend': {
      const { deliveries = [] } = (await ports.store.readRecord(ref)) ?? {};
      const delivery = deliveries.findLast(({ about }) => about.kind === 'credential')?.deliveryId;
      if (delivery === undefined) return true;
      const answer = await resendDelivery(ports, administrator, ref, { delivery, email: deed.email });
      return answer.outcome !== 'refused' || answer.code !== 'enrollment.busy';
    }
    case 'replay':
    case 'set-aside':
      return decideParked(world, ref, deed);
    case 'dead-letters': {
      const both = { ...ports, deadLetters: world.deadLetters };
      if (deed.verdict === 'replay') for (const queue of letterQueues) await replayDeadLetters(both, queue, undefined);
      // Of what evaluate and feedback never took nothing else knows: that is only ever sent back.
      else
        for (const queue of ['issue', 'delivery'] as const)
          await setDeadLettersAside(both, administrator, queue, undefined, 'nothing is owed any more');
      return true;
    }
    case 'sweep':
      return true;
  }
}

/** Takes up the first that waits for a person; what has been set aside too, where it is to be had done after all. */
async function decideParked(
  { ports }: DeedWorld,
  ref: Ref,
  deed: Extract<Deed, { do: 'replay' | 'set-aside' }>,
): Promise<boolean> {
  const filter = { ...ref, withSetAside: deed.do === 'replay' };
  for await (const { parked } of listParked(ports, filter)) {
    const id = parkedIdOf(parked);
    const answer =
      deed.do === 'replay'
        ? await replayParked(ports, administrator, ref, { id, ...(deed.email !== undefined && { email: deed.email }) })
        : await setParkedAside(ports, administrator, ref, { id, reason: 'seen to by hand' });
    return answer.outcome !== 'refused' || answer.code !== 'enrollment.busy';
  }
  return true;
}

type Ref = { program: string; enrollment: string };
type At = {
  requirement: string;
  evidence: string;
  part?: 'evidence' | 'assessment' | 'withdrawal';
  assessment?: string;
};

const keyOf = (at: At) => evidenceSortKey({ part: 'evidence', ...at });

/** Another system's hand, or somebody's in the console: no check, and over whatever is there. */
async function put(
  world: DeedWorld,
  ref: Ref,
  at: At,
  content: Attributes | (() => Attributes | undefined),
): Promise<boolean> {
  return world.call('table.write', () => {
    const attributes = typeof content === 'function' ? content() : content;
    if (!attributes) return false;
    world.table.writeEvidence(evidencePartition(ref), keyOf(at), attributes);
    return true;
  });
}

function submissionOf(
  world: DeedWorld,
  ref: Ref,
  deed: Partial<Pick<Extract<Deed, { do: 'submit' }>, 'certificate' | 'futureSeconds' | 'hours' | 'rival'>> & At,
): Submission {
  const now = world.now();
  const today = addDays(now.slice(0, 10), -1);
  const submittedAt =
    deed.futureSeconds === undefined ? now : new Date(Date.parse(now) + deed.futureSeconds * 1000).toISOString();
  const earliestOn = addDays(world.startOn, -9);
  return {
    schema: 'journeypaper/evidence/1',
    ...ref,
    requirement: deed.requirement,
    evidence: deed.evidence,
    submittedBy: 'apprentice-0',
    submittedAt,
    occurredOn: later(today, earliestOn),
    attestation: deed.rival ? 'done, says another' : 'done as required',
    ...(deed.hours !== undefined && { hours: deed.hours }),
    ...(deed.certificate && { certificate: certificateOf(deed.certificate, today) }),
  };
}

/** Days from today on which a certificate was issued, and runs out. */
const certificateDays = {
  long: [-100, 900],
  short: [-700, 3],
  expired: [-700, -5],
  undated: [-50, undefined],
} as const;

function certificateOf(kind: keyof typeof certificateDays, today: string): NonNullable<Submission['certificate']> {
  const [issued, expires] = certificateDays[kind];
  const expiresOn = expires === undefined ? {} : { expiresOn: addDays(today, expires) };
  return { issuer: 'Issuer', number: 'N-1', issuedOn: addDays(today, issued), ...expiresOn };
}

function assessmentOf(world: DeedWorld, ref: Ref, deed: Extract<Deed, { do: 'assess' }>): Attributes | undefined {
  const { do: _, by: __, ...fields } = deed;
  const submission = world.table.evidence
    .get(evidencePartition(ref))
    ?.get(keyOf({ requirement: deed.requirement, evidence: deed.evidence }))?.attributes;
  const enrollment = world.table.row(ref)?.enrollment;
  if (!submission || !enrollment) return undefined;
  return {
    schema: 'journeypaper/assessment/1',
    ...ref,
    ...fields,
    assessedAt: world.now(),
    evidenceHash: evidenceHashOf(submission as Submission, enrollment),
  };
}

/** Changes, rewrites or deletes what is there behind the API's back; nothing where there is nothing of the kind. */
function alter(world: DeedWorld, ref: Ref, deed: Extract<Deed, { do: 'edit' | 'touch' | 'delete' }>): void {
  const pk = evidencePartition(ref);
  const isOfPart = (sk: string) =>
    sk.startsWith(keyOf({ requirement: deed.requirement, evidence: 'e' })) &&
    sk.includes('#ASSESSMENT#') === (deed.part === 'assessment') &&
    sk.endsWith('#WITHDRAWAL') === (deed.part === 'withdrawal');
  const found = [...(world.table.evidence.get(pk) ?? [])].filter(([sk]) => isOfPart(sk)).at(-1);
  if (!found) return;
  const [sk, { attributes, byApi }] = found;
  if (deed.do === 'delete') world.table.writeEvidence(pk, sk, undefined);
  else if (deed.do === 'touch') world.table.writeEvidence(pk, sk, { ...attributes }, { byApi });
  else world.table.writeEvidence(pk, sk, edited(attributes, deed));
}

function edited(
  attributes: Attributes,
  { part, assessment }: Extract<Deed, { do: 'edit' | 'touch' | 'delete' }>,
): Attributes {
  if (part === 'evidence') return { ...attributes, attestation: `${String(attributes.attestation)}, or so` };
  if (part === 'withdrawal') return { ...attributes, reason: 'changed' };
  if (assessment.endsWith('1')) return { ...attributes, note: 'looked at twice' };
  return { ...attributes, outcome: attributes.outcome === 'met' ? 'not-met' : 'met' };
}

function malform(world: DeedWorld, ref: Ref, deed: Extract<Deed, { do: 'malform' }>): void {
  const submission = submissionOf(world, ref, deed);
  const write = (sk: string, attributes: Attributes) =>
    world.table.writeEvidence(evidencePartition(ref), sk, attributes);
  switch (deed.how) {
    case 'fields':
      return void write(keyOf(deed), { ...submission, occurredOn: 'yesterday', extra: { nested: [1, 2] } });
    case 'key':
      return void write(`EVIDENCE#${deed.requirement}#${deed.evidence}#NOTHING`, submission);
    case 'long-key':
      return void write(`EVIDENCE#${deed.requirement}#${'x'.repeat(1000 - deed.requirement.length)}`, submission);
    case 'unknown-requirement':
      return void write(keyOf({ ...deed, requirement: 'no-such-thing' }), {
        ...submission,
        requirement: 'no-such-thing',
      });
    case 'big':
      return void write(keyOf(deed), { ...submission, attestation: 'x'.repeat(20_000) });
    case 'other-key':
      return void write(`NOTE#${deed.evidence}`, submission);
    case 'other-partition':
      return void world.table.writeEvidence(`sim#NOTES#${deed.evidence}`, keyOf(deed), submission);
    case 'odd-partition':
      return void world.table.writeEvidence('x'.repeat(600), keyOf(deed), submission);
  }
}

/** Takes away one of the items that lie under no key of the contract's form. */
function tidy(world: DeedWorld): void {
  const odd = [...world.table.evidence].flatMap(([pk, items]) =>
    [...items.keys()].flatMap((sk) => (parseEvidenceKeys(pk, sk) ? [] : [{ pk, sk }])),
  );
  const [first] = odd;
  if (first) world.table.writeEvidence(first.pk, first.sk, undefined);
}
