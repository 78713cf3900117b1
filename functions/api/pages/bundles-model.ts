import type { Refused } from '../../acts/refusal.ts';
import type { ExportJob } from '../../domain/export-job.ts';
import type { Instant } from '../../domain/time.ts';
import type { Acting } from '../route.ts';
import type { FieldError } from './form-field.ts';
import type { Language, Words } from './language.ts';
import type { PageRequest } from './page-answer.ts';
import { emptyFields, given, type SentForm } from './sent-form.ts';

/** A bundle as whoever asked for it follows it. `gone`: it was made, and has not been kept. */
export type BundleLine = Pick<ExportJob, 'exportId' | 'scope' | 'requestedAt'> & {
  standing: ExportJob['state'] | 'gone';
  /** Of the ledger's key: what the verifier is told, which must not come with the bundle alone. */
  fingerprint?: string | undefined;
};

/** As the API has it: who may ask it for a bundle may do so on a page. */
export const bundleAskers = { auditor: 'any', administrator: 'any' } as const;

/** Where they read one record: only an auditor's page has its ledger. */
export const recordsOf = ({ as }: Pick<Acting, 'as'>) => (as.role === 'auditor' ? '/records' : '/people');

/** What the page lists; older ones are told by the API. */
const shownBundles = 10;

/** What somebody asked for lately: of the program's newest hundred, in one request of the table. */
export async function readOwnBundles(
  { ports: { exports, clock } }: Pick<PageRequest, 'ports'>,
  { program, actor }: { program: string; actor: string },
): Promise<BundleLine[]> {
  const { items } = await exports.list(program);
  const own = items.filter(({ requestedBy }) => requestedBy.id === actor).slice(0, shownBundles);
  return own.map((job) => bundleLine(job, clock.now()));
}

function bundleLine({ exportId, scope, requestedAt, state, bundle }: ExportJob, now: Instant): BundleLine {
  const standing = bundle && bundle.expiresAt <= now ? 'gone' : state;
  return { exportId, scope, requestedAt, standing, fingerprint: bundle?.fingerprint };
}

/** What can be chosen, and the fields that it needs; no other may be filled in. */
export const bundleKinds = {
  program: [],
  enrollment: ['enrollment'],
  issued: ['since', 'until'],
  completions: ['since', 'until'],
  sample: ['size', 'seed'],
} as const satisfies Record<string, readonly string[]>;
type BundleKind = keyof typeof bundleKinds;

const scopeFields = ['enrollment', 'since', 'until', 'size', 'seed'];
export const bundleFields = ['bundle', ...scopeFields, 'email'];

const kindOf = ({ bundle = '' }: SentForm): BundleKind | undefined =>
  Object.hasOwn(bundleKinds, bundle) ? (bundle as BundleKind) : undefined;

/** What does not go with what was chosen. What each field holds is the act's to judge. */
export function bundleErrors(words: Words, form: SentForm): FieldError[] {
  const kind = kindOf(form);
  if (kind === undefined) return [{ field: 'bundle', message: words.t('forms.choose_error') }];
  const needed: readonly string[] = bundleKinds[kind];
  const unneeded = scopeFields.filter((field) => !needed.includes(field) && given(form, field) !== undefined);
  return [
    ...emptyFields(words, form, needed),
    ...unneeded.map((field) => ({ field, message: words.t('bundles.unneeded') })),
  ];
}

/** The same as the API takes it. A form that `bundleErrors` finds fault with is none. */
export function bundleRequest(form: SentForm, language: Language): Record<string, unknown> {
  const kind = kindOf(form);
  const [from, to, size, address] = ['since', 'until', 'size', 'email'].map((name) => given(form, name));
  const said = { enrollment: given(form, 'enrollment'), from, to, seed: given(form, 'seed') };
  return {
    ...(kind && presets[kind]),
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    ...(size !== undefined && { size: Number(size) }),
    ...(address !== undefined && { notify: { address, language } }),
  };
}

const presets: Record<BundleKind, { preset?: string }> = {
  program: {},
  enrollment: { preset: 'apprentice' },
  issued: {},
  completions: { preset: 'completions' },
  sample: { preset: 'sample' },
};

const names: Readonly<Record<string, string>> = { from: 'since', to: 'until', address: 'email' };

/** A refusal, with the field as the form calls it: the page has other days to choose besides. */
export function fieldNamed(refusal: Refused): Refused {
  return { ...refusal, message: refusal.message.replace(/^\w+/, (name) => names[name] ?? name) };
}
