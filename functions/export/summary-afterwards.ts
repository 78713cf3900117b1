import type { Credential } from '../domain/credential.ts';
import type { SummaryBlock, SummaryFact } from '../ports/summary-engine.ts';
import type { SummarySources } from './summary-content.ts';

/** Each credential: its bytes, what they were made from, and what became of it; then those that only the ledger knows. */
export function aboutCredentials({ record, shown }: SummarySources): SummaryBlock[] {
  const steps = Map.groupBy(
    shown.filter(({ action }) => action.startsWith('credential-')),
    ({ subject }) => subject,
  );
  const chainOf = (id: string): SummaryFact => [
    'Chain',
    (steps.get(id) ?? [])
      .map(({ at, action, actor, seq }) => `${action} at ${at} by ${actor.id} (ledger entry ${seq})`)
      .join('; '),
  ];
  const issued = [...record.credentials]
    .sort((a, b) => (a.issuedAt < b.issuedAt ? -1 : 1))
    .map((each): SummaryFact[] => [...factsOf(each), chainOf(each.credentialId)]);
  const known = new Set(record.credentials.map(({ credentialId }) => credentialId));
  const others = [...steps].flatMap(([id, entries]): SummaryFact[][] => {
    if (known.has(id)) return [];
    const isIssued = entries.some(({ action }) => action === 'credential-issued');
    const why = isIssued ? 'issued on a day that this bundle is not about' : 'asked for, and not issued';
    return [[['Credential', `${id}: ${why}`], chainOf(id)]];
  });
  const blocks = [...issued, ...others].map((facts): SummaryBlock => ({ kind: 'facts', facts }));
  return blocks.length > 0 ? blocks : [{ kind: 'text', text: 'None was issued.' }];
}

function factsOf(credential: Credential): SummaryFact[] {
  const { document, facts, revocation } = credential;
  return [
    ['Credential', `${credential.credentialId}, ${credential.achievement}: ${credential.state}`],
    ['Name used', facts.name],
    ['Completed on', facts.completedOn],
    ['Requested, issued', `${credential.requestedAt}, ${credential.issuedAt}`],
    [
      'Certificate',
      `${document.bytes} bytes, hash ${document.hash}; without its signature ${document.unsignedHash}; certificates/${credential.credentialId}.pdf in the bundle`,
    ],
    ['Engine', document.engine],
    ['Template', `hash ${facts.hashes.template}`],
    ['Program', `hash ${facts.hashes.program}; policy, hash ${facts.hashes.policy}`],
    ['Standards', `${facts.framework.id} ${facts.framework.version}, hash ${facts.framework.hash}`],
    ['Stands on', `progress with hash ${credential.basisHash}`],
    ['Signed by', `key ${credential.signature.keyId}`],
    ...(credential.replaces ? [['Reissue of', credential.replaces] as const] : []),
    ...(credential.supersededBy
      ? [['Superseded by', `${credential.supersededBy} at ${credential.supersededAt}`] as const]
      : []),
    ...(revocation ? [['Revoked', `${credential.revokedAt}, ${revocation.code}: ${revocation.text}`] as const] : []),
  ];
}

/** Every email as it stands, then each step that was taken with one. */
export function aboutEmails({ record, shown }: SummarySources): SummaryBlock[] {
  if (record.deliveries.length === 0) return [{ kind: 'text', text: 'None was sent.' }];
  const emails = record.deliveries.map((email) => {
    const about =
      email.about.kind === 'credential' ? `credential ${email.about.credentialId}` : 'a certificate that is to lapse';
    return [email.deliveryId, about, email.state, email.sentAt ?? '', email.reason ?? ''];
  });
  const ids = new Set(record.deliveries.map(({ deliveryId }) => deliveryId));
  const steps = shown
    .filter(({ action, subject }) => /^delivery-/.test(action) && ids.has(subject))
    .map(({ seq, at, action, actor, subject, facts }) => [
      `${seq}`,
      at,
      `${subject}: ${action} by ${actor.id}`,
      Object.entries(facts)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ]);
  return [
    {
      kind: 'table',
      columns: ['Email', 'About', 'State', 'Sent', 'Why'],
      shares: [0.24, 0.3, 0.12, 0.2, 0.14],
      rows: emails,
    },
    {
      kind: 'table',
      columns: ['Entry', 'At', 'Step', 'Attempt and answer'],
      shares: [0.07, 0.2, 0.38, 0.35],
      rows: steps,
    },
  ];
}

/** Reads of this record and of the program as a whole, this very pull among them. */
export function aboutReads({ readers }: SummarySources): SummaryBlock[] {
  const rows = readers.entries.map(({ at, actor, action, subject, facts }) => {
    const told = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    return [at, `${actor.id}, ${actor.role}`, action, subject, told.join(', ')];
  });
  const earlier: SummaryBlock[] =
    readers.earlier > 0 ? [{ kind: 'text', text: `${readers.earlier} earlier ones are in access.csv.` }] : [];
  if (rows.length === 0) return [{ kind: 'text', text: 'Nobody.' }];
  return [
    ...earlier,
    { kind: 'table', columns: ['At', 'Who', 'What', 'Of', 'Details'], shares: [0.2, 0.18, 0.13, 0.2, 0.29], rows },
  ];
}
