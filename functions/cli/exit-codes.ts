/** What the process says when it ends. Scripts rely on these. */
export const exitCodes = {
  done: 0,
  /** A rule of the program said no; nothing was written. Of several pieces: at least one was refused. Of `doctor`: something is wrong. */
  refused: 1,
  /** Wrong flags, or a file that does not hold what it should. */
  usage: 2,
  notFound: 3,
  /** No stack is running, or AWS does not answer. */
  unreachable: 4,
  /** A fault of ours. */
  fault: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp =
  'Exit codes: 0 done · 1 refused by a rule, or unsound · 2 usage or bad input · 3 not found · 4 no stack or AWS answers · 5 a fault of ours';

/** Refusals about the shape of what was given, not about what it asks for. */
const inputCodes = new Set([
  'request.too-many',
  'apprentice.nothing',
  'revocation.code',
  'revocation.text',
  'leaving.code',
  'leaving.text',
  'voiding.text',
  'program.framework',
  'program.template',
  'program.policy',
  'program.image',
  'program.signing',
  'framework.too-large',
]);

/** The exit code that a refusal's own code stands for. */
export function exitCodeOf(code: string): ExitCode {
  if (code.endsWith('.unknown')) return exitCodes.notFound;
  if (code.endsWith('.invalid') || inputCodes.has(code)) return exitCodes.usage;
  return exitCodes.refused;
}

/** Of several refusals: what they all stand for, or else plainly refused. */
export function exitCodeOfAll(codes: readonly string[]): ExitCode {
  const all = new Set(codes.map(exitCodeOf));
  if (all.size === 0) return exitCodes.done;
  return all.size === 1 ? ([...all][0] as ExitCode) : exitCodes.refused;
}
