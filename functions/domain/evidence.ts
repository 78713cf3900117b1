import * as z from 'zod';
import {
  actorIdSchema,
  type EnrollmentRef,
  enrollmentIdSchema,
  evidenceIdSchema,
  isEnrollmentId,
  isEvidenceId,
  isProgramId,
  isRequirementId,
  programIdSchema,
  requirementIdSchema,
} from './ids.ts';
import { issueWords } from './issue-words.ts';
import { civilDateSchema, instantSchema } from './time.ts';

/**
 * The public contract of evidence: any system may put such an item into the table, with the keys below.
 * Evidence is an attestation and a pointer to where the proof is kept, never a client's record.
 */
const oneLine = (max: number) =>
  z
    .string()
    .check(z.trim(), z.minLength(1), z.maxLength(max), z.regex(/^[^\p{Cc}]*$/u, 'one line: no control characters'));
const words = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));

/** An item larger than this is refused whole, whatever it holds. */
export const maxItemBytes = 16_384;

const place = {
  program: programIdSchema,
  enrollment: enrollmentIdSchema,
  requirement: requirementIdSchema,
  evidence: evidenceIdSchema,
};

/** An external certificate such as CPR; the expiry day still counts. */
export const externalCertificateSchema = z
  .strictObject({
    issuer: oneLine(160),
    number: oneLine(80),
    issuedOn: civilDateSchema,
    expiresOn: civilDateSchema.optional(),
  })
  .refine((c) => c.expiresOn === undefined || c.expiresOn >= c.issuedOn, {
    path: ['expiresOn'],
    message: 'expires before it was issued',
  });

export const submissionSchema = z
  .strictObject({
    schema: z.literal('journeypaper/evidence/1'),
    ...place,
    submittedBy: actorIdSchema,
    submittedAt: instantSchema,
    /** When the work was done, the course ended or the certificate was obtained. */
    occurredOn: civilDateSchema,
    attestation: words(2000),
    pointer: oneLine(500).optional(),
    /** On-the-job hours that this piece stands for. */
    hours: z.number().check(z.gte(0.01), z.lte(2000)).optional(),
    certificate: externalCertificateSchema.optional(),
  })
  .meta({ title: 'Evidence', description: 'Evidence submitted for one requirement of one enrollment' });
export type Submission = z.infer<typeof submissionSchema>;

export const assessmentSchema = z
  .strictObject({
    schema: z.literal('journeypaper/assessment/1'),
    ...place,
    assessment: evidenceIdSchema,
    assessor: actorIdSchema,
    assessedAt: instantSchema,
    outcome: z.enum(['met', 'not-met']),
    /** The salted hash of the evidence as the assessor saw it: an edit afterwards un-meets the requirement. */
    evidenceHash: z.string().check(z.length(64)),
    note: words(1000).optional(),
  })
  .meta({ title: 'Assessment', description: "An assessor's met or not met on one piece of evidence" });
export type Assessment = z.infer<typeof assessmentSchema>;

export const withdrawalSchema = z
  .strictObject({
    schema: z.literal('journeypaper/withdrawal/1'),
    ...place,
    withdrawnBy: actorIdSchema,
    withdrawnAt: instantSchema,
    reason: words(500).optional(),
  })
  .meta({ title: 'Withdrawal', description: 'Takes one piece of evidence back, and its assessments along' });
export type Withdrawal = z.infer<typeof withdrawalSchema>;

export type EvidencePart = 'evidence' | 'assessment' | 'withdrawal';

/** Where an item of the evidence partition stands, read from its keys alone. */
export type EvidencePlace = EnrollmentRef & {
  requirement: string;
  evidence: string;
  part: EvidencePart;
  assessment?: string;
};

/** Sort keys of evidence begin so; the stream's filter lets these through. */
export const evidenceSortPrefix = 'EVIDENCE#';

/**
 * The attribute (true) of every item that a step or an act writes of its own, and never of evidence, which is anybody's.
 * The stream's filter goes by it, since it cannot ask for the middle of a partition key: what does not carry it is
 * evidence or something that no step put there, and evaluate looks at both.
 */
export const ownMark = 'own';

export function evidencePartition(ref: EnrollmentRef): string {
  return `${ref.program}#EVIDENCE#${ref.enrollment}`;
}

/** `EVIDENCE#{requirement}#`: everything about one requirement, and nothing about another. */
export function requirementPrefix(requirement: string): string {
  return `${evidenceSortPrefix}${requirement}#`;
}

export function evidenceSortKey(place: Omit<EvidencePlace, 'program' | 'enrollment'>): string {
  const base = `${requirementPrefix(place.requirement)}${place.evidence}`;
  if (place.part === 'assessment') return `${base}#ASSESSMENT#${place.assessment}`;
  return place.part === 'withdrawal' ? `${base}#WITHDRAWAL` : base;
}

/** Reads an item's place from its keys; undefined when they do not have the contract's form. */
export function parseEvidenceKeys(pk: string, sk: string): EvidencePlace | undefined {
  const ref = parseEvidencePartition(pk);
  if (!ref) return undefined;
  const { places } = lastPartition;
  const known = places.get(sk);
  if (known !== undefined) return known ?? undefined;
  const place = readSortKey(ref, sk);
  if (places.size >= maxKnownPlaces) places.clear();
  places.set(sk, place ? Object.freeze(place) : null);
  return place;
}

function readSortKey(ref: EnrollmentRef, sk: string): EvidencePlace | undefined {
  const [head, requirement, evidence, tail, assessment, ...rest] = sk.split('#');
  if (head !== 'EVIDENCE' || rest.length > 0) return undefined;
  if (!isRequirementId(requirement) || !isEvidenceId(evidence)) return undefined;
  const place = { program: ref.program, enrollment: ref.enrollment, requirement, evidence };
  if (tail === undefined) return { ...place, part: 'evidence' };
  if (tail === 'WITHDRAWAL' && assessment === undefined) return { ...place, part: 'withdrawal' };
  if (tail === 'ASSESSMENT' && isEvidenceId(assessment)) {
    return { ...place, part: 'assessment', assessment };
  }
  return undefined;
}

/** Whole records are read key by key, all of one partition, and one evaluation asks of each key several times. */
type KnownPartition = { pk: string; ref: EnrollmentRef | undefined; places: Map<string, EvidencePlace | null> };
let lastPartition: KnownPartition = { pk: '', ref: undefined, places: new Map() };
/** More keys than most records have. */
const maxKnownPlaces = 4000;

/** `{program}#EVIDENCE#{enrollment}`, or undefined. */
export function parseEvidencePartition(pk: string): EnrollmentRef | undefined {
  if (lastPartition.pk === pk) return lastPartition.ref;
  const [program, marker, enrollment, ...rest] = pk.split('#');
  const isSound = marker === 'EVIDENCE' && rest.length === 0 && isProgramId(program) && isEnrollmentId(enrollment);
  lastPartition = { pk, ref: isSound ? { program, enrollment } : undefined, places: new Map() };
  return lastPartition.ref;
}

/** One item of the evidence partition as the table holds it: its sort key and its attributes without the keys. */
export type RawItem = { sk: string; attributes: Record<string, unknown> };

export type ParsedItem =
  | { ok: true; part: 'evidence'; value: Submission }
  | { ok: true; part: 'assessment'; value: Assessment }
  | { ok: true; part: 'withdrawal'; value: Withdrawal }
  | { ok: false; part: EvidencePart; reason: string };

const parsedItems = new WeakMap<Record<string, unknown>, { place: EvidencePlace; parsed: ParsedItem }>();

/**
 * Checks an item against the contract of its place. The reason of a malformed one names the field and never repeats
 * a value: reasons are logged, and values may be anything. One evaluation asks of the same item up to three times
 * (what it does to progress, whether it is set aside, what the ledger says): it is read once. Nobody changes what was
 * read in place.
 */
export function parseItem(place: EvidencePlace, attributes: Record<string, unknown>): ParsedItem {
  const known = parsedItems.get(attributes);
  if (known && isSamePlace(known.place, place)) return known.parsed;
  const parsed = checkItem(place, attributes);
  parsedItems.set(attributes, { place, parsed });
  return parsed;
}

function isSamePlace(a: EvidencePlace, b: EvidencePlace): boolean {
  const isSameEvidence = a.requirement === b.requirement && a.evidence === b.evidence && a.part === b.part;
  return isSameEvidence && a.assessment === b.assessment && a.enrollment === b.enrollment && a.program === b.program;
}

/** UTF-8 bytes that JSON may write for one UTF-16 unit, at most: an escape. */
const widest = 6;

/** False where nothing that an item of texts and numbers holds can reach the limit: writing it out just to see is dear. */
function mayBeLong(attributes: Record<string, unknown>): boolean {
  let most = 2;
  for (const name in attributes) {
    const value = attributes[name];
    if (typeof value === 'string') most += widest * (name.length + value.length) + 6;
    else if (typeof value === 'number') most += widest * name.length + 32;
    else return true;
  }
  return most > maxItemBytes;
}

const schemas = { evidence: submissionSchema, assessment: assessmentSchema, withdrawal: withdrawalSchema };

/** The same for an item that is read once: nothing is remembered. */
export function checkItem(place: EvidencePlace, attributes: Record<string, unknown>): ParsedItem {
  const { part } = place;
  if (mayBeLong(attributes) && Buffer.byteLength(JSON.stringify(attributes)) > maxItemBytes)
    return { ok: false, part, reason: `item: larger than ${maxItemBytes} bytes` };
  const parsed = schemas[part].safeParse(attributes);
  if (!parsed.success) return { ok: false, part, reason: firstIssue(parsed.error) };
  const value = parsed.data;
  for (const field of ['program', 'enrollment', 'requirement', 'evidence'] as const) {
    if (value[field] !== place[field]) return { ok: false, part, reason: `${field}: differs from the item's key` };
  }
  if ('assessment' in value && value.assessment !== place.assessment) {
    return { ok: false, part, reason: "assessment: differs from the item's key" };
  }
  return { ok: true, part, value } as ParsedItem;
}

/** The first issue of a zod error as `field.path: message`, for people and logs. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'item: invalid';
  if (issue.code === 'unrecognized_keys')
    return `${[...issue.path, 'item'].join('.')}: has fields that the contract does not know`;
  return `${issue.path.join('.') || 'item'}: ${issueWords(issue)}`.slice(0, 200);
}
