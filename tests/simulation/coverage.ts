import { type FaultKind, faultKinds, impossibleBecause } from './faults.ts';

/** Every call that each step makes of its ports. */
const callsOf: Record<string, readonly string[]> = {
  act: [
    ...['readProgram', 'readFramework', 'readEnrollment', 'createEnrollment', 'readEvidence'].map((c) => `store.${c}`),
    ...['readAllEvidence', 'readRecord', 'listEnrollments', 'readTemplate'].map((c) => `store.${c}`),
    ...['putSubmission', 'putAssessment', 'putWithdrawal', 'commit', 'putProgram'].map((c) => `store.${c}`),
    ...['readRecord', 'readDelivery', 'listDeliveries', 'listOwnEnrollments'].map((c) => `store.${c}`),
    ...['deadLetters.visit', 'deadLetters.carryOut'],
    'queue.send',
    'table.write',
  ],
  evaluate: [
    ...['readProgram', 'readEnrollment', 'readFramework', 'readEvidence', 'readAllEvidence'].map((c) => `store.${c}`),
    ...['readCredential', 'readDelivery', 'commit', 'putAside', 'clearAside'].map((c) => `store.${c}`),
    'queue.send',
  ],
  issue: [
    ...['readEnrollment', 'readProgram', 'readFramework', 'readProgramVersion'].map((c) => `store.${c}`),
    ...['readTemplate', 'readAsset', 'readAllEvidence', 'readCredential', 'commit'].map((c) => `store.${c}`),
    ...['engine.render', 'documents.put', 'documents.get', 'documents.keep', 'signer.sign', 'queue.send'],
    ...['sealer.seal', 'sealer.isSealOf'],
  ],
  deliver: [
    ...['readEnrollment', 'readDelivery', 'readProgram', 'readCredential', 'commit'].map((c) => `store.${c}`),
    ...['documents.get', 'pace.turn', 'mailer.send', 'queue.send'],
  ],
  feedback: ['store.readEnrollment', 'store.readDelivery', 'store.commit'],
  sweep: [
    ...[
      'listDue',
      'listLapsing',
      'listPrograms',
      'listEnrollments',
      'listAside',
      'readEnrollment',
      'readDelivery',
      'commit',
    ].map((c) => `store.${c}`),
    ...['failedBatches.list', 'failedBatches.read', 'failedBatches.remove', 'queue.send'],
  ],
};

export type CoverageRow = { call: string; cells: Record<FaultKind, number | 'impossible'> };

/** How often each fault befell each call, and each trick of the world was played. */
export function createCoverage() {
  const counts = new Map<string, number>();
  const world = new Map<string, number>();
  const rows = (): CoverageRow[] =>
    Object.entries(callsOf).flatMap(([step, calls]) =>
      calls.map((name) => {
        const call = `${step}.${name}`;
        const cell = (kind: FaultKind) =>
          impossibleBecause(call, kind) ? 'impossible' : (counts.get(`${call} ${kind}`) ?? 0);
        return {
          call,
          cells: Object.fromEntries(faultKinds.map((kind) => [kind, cell(kind)])) as CoverageRow['cells'],
        };
      }),
    );
  return {
    seen(call: string, what: string): void {
      const [map, key] = call === 'world' ? [world, what] : [counts, `${call} ${what}`];
      map.set(key, (map.get(key) ?? 0) + 1);
    },
    rows,
    world: () => Object.fromEntries([...world].sort(([a], [b]) => (a < b ? -1 : 1))),
    /** Possible, and never tried. */
    empty: () =>
      rows().flatMap(({ call, cells }) =>
        faultKinds.filter((kind) => cells[kind] === 0).map((kind) => `${call} × ${kind}`),
      ),
    /** Calls that the list above does not know: it has fallen behind the steps. */
    unlisted: () =>
      [...new Set([...counts.keys()].map((key) => key.split(' ')[0] as string))].filter(
        (call) => !rows().some((row) => row.call === call),
      ),
  };
}

export function coverageTable(rows: readonly CoverageRow[]): string {
  const width = Math.max(...rows.map(({ call }) => call.length));
  const line = (head: string, cells: readonly string[]) =>
    `${head.padEnd(width)}${cells.map((c) => c.padStart(9)).join('')}`;
  const half = (i: number) => faultKinds.map((kind) => kind.split('-')[i] ?? '');
  const reasons = new Set(
    rows.flatMap(({ call }) => faultKinds.flatMap((kind) => impossibleBecause(call, kind) ?? [])),
  );
  return [
    line('', half(0)),
    line('call', half(1)),
    ...rows.map(({ call, cells }) =>
      line(
        call,
        faultKinds.map((kind) => (cells[kind] === 'impossible' ? '–' : String(cells[kind]))),
      ),
    ),
    ...[...reasons].map((reason) => `– ${reason}`),
  ].join('\n');
}
