import { readScriptOptions, wholeNumber } from '../read-options.ts';

export interface DemoOptions {
  json: boolean;
  /** Leave the stack up at the end. */
  keep: boolean;
  /** Apprentices in each program. */
  apprentices: number;
  dataFolder: string;
}

const maxApprentices = 500;

export const demoHelp = `npm run demo [-- OPTIONS]

Runs the whole workflow on this machine: two programs, an apprentice in each, all their evidence, the certificates, the emails.

  --apprentices N   enroll N in each program (default 1, at most ${maxApprentices})
  --keep            leave the stack up at the end, with its inbox
  --json            print one JSON object as the last line of standard output, and nothing else on it
  --data FOLDER     where the stack keeps its data (default .local/demo; it is emptied first)
`;

/** @throws LocalError `invalid-options` naming the option and what it takes. */
export function readDemoOptions(args: string[], defaultFolder: string): DemoOptions | 'help' {
  const options = {
    json: { type: 'boolean' },
    keep: { type: 'boolean' },
    apprentices: { type: 'string' },
    data: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const values = readScriptOptions(args, options, demoHelp);
  if (values.help) return 'help';
  const apprentices = wholeNumber('apprentices', values.apprentices ?? 1, 1, maxApprentices);
  return {
    json: values.json ?? false,
    keep: values.keep ?? false,
    apprentices,
    dataFolder: values.data ?? defaultFolder,
  };
}
