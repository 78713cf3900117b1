import type { Aftermath, KeyedItem } from './aftermath.ts';
import type { JudgeOptions } from './judges.ts';

/** Of a promise, about whom, and what. */
type FailAbout = (promise: string, enrollment: string, what: string) => void;

/** No log and no listing has anybody's name, address or evidence text. What is found is not repeated: where, and whose. */
export function judgePrinted({ records, bundles, printed }: Aftermath, fail: FailAbout): void {
  const ownerOf = new Map<string, { enrollment: string; kind: string }>();
  for (const [enrollment, { record, evidence }] of records) {
    const { name, email } = record.enrollment.apprentice;
    ownerOf.set(name, { enrollment, kind: 'a name' });
    ownerOf.set(email, { enrollment, kind: 'an address' });
    for (const { attributes } of evidence) {
      if (typeof attributes.attestation === 'string')
        ownerOf.set(attributes.attestation, { enrollment, kind: 'an attestation' });
    }
  }
  for (const { exportId, address } of bundles) ownerOf.set(address, { enrollment: exportId, kind: 'an address' });
  const find = finderOf([...ownerOf.keys()]);
  for (const { where, text } of printed) {
    for (const words of find(text)) {
      const { enrollment, kind } = ownerOf.get(words) ?? { enrollment: '', kind: '' };
      fail('nothing printed is private', enrollment, `${where} has ${kind}`);
    }
  }
}

const prefixLength = 6;

/** Which of many phrases a text has, in one pass for each beginning that they have in common. */
function finderOf(phrases: readonly string[]): (text: string) => Set<string> {
  const groups = Map.groupBy(phrases, (phrase) => phrase.slice(0, prefixLength));
  const looks = [...groups].map(([prefix, all]) => ({
    prefix,
    all: new Set(all),
    lengths: new Set(all.map(({ length }) => length)),
  }));
  return (text) => {
    const found = new Set<string>();
    for (const { prefix, all, lengths } of looks) {
      for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) {
        for (const length of lengths) {
          const phrase = text.slice(at, at + length);
          if (all.has(phrase)) found.add(phrase);
        }
      }
    }
    return found;
  };
}

/** No item, document, email or dead letter of one program lies under another's key or goes by another's name. */
export function judgeApart(aftermath: Aftermath, { apprentices }: JudgeOptions, fail: FailAbout): void {
  const programOf = new Map(apprentices.map(({ ref }) => [ref.enrollment, ref.program]));
  const check = (enrollment: string, program: string, what: string) => {
    const own = programOf.get(enrollment);
    if (own !== undefined && program !== own) fail('programs are kept apart', enrollment, `${what}: of ${program}`);
  };
  for (const item of aftermath.items) {
    const { enrollment, claims } = claimsOf(item);
    for (const program of claims) check(enrollment, program, `${item.pk} ${item.sk}`);
    if (new Set(claims).size > 1)
      fail('programs are kept apart', enrollment, `${item.pk} ${item.sk}: of ${claims.join(' and ')}`);
  }
  for (const { id, enrollment, program } of aftermath.emails) check(enrollment, program, `email ${id}`);
  for (const { queue, enrollment, program } of aftermath.deadLetters)
    check(enrollment, program, `a letter of ${queue}`);
  for (const { record } of aftermath.records.values()) {
    for (const { program, enrollment, document } of record.credentials)
      if (!document.key.split('/').includes(program))
        fail('programs are kept apart', enrollment, `document ${document.key}`);
  }
}

/** Whose an item is: by its keys, by its index's key, and by what it says itself. */
function claimsOf({ pk, listPk, program, ...item }: KeyedItem): { enrollment: string; claims: string[] } {
  const [owner = '', kind, named] = pk.split('#');
  const isOwned = ['ENROLLMENT', 'EVIDENCE', 'ASIDE', 'PROGRAM'].includes(kind ?? '') && owner !== 'FRAMEWORK';
  const claims = [
    ...(isOwned ? [owner] : []),
    ...(isOwned && typeof program === 'string' ? [program] : []),
    ...(typeof listPk === 'string' && listPk.includes('#') ? [listPk.split('#')[0] ?? ''] : []),
  ];
  return { enrollment: named ?? String(item.enrollment ?? ''), claims };
}
