import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'npm run cli -- ';

export type RunbookSection = { title: string; commands: string[][] };

/** The sections of the runbook that begin with `###` or `##`, with the commands of our command line in each. */
export function readRunbook(): RunbookSection[] {
  const text = readFileSync(join(import.meta.dirname, '../../infra/README.md'), 'utf8');
  return text
    .split(/^(?=##+ )/m)
    .slice(1)
    .map((section) => ({ title: titleOf(section), commands: commandsOf(section) }));
}

function titleOf(section: string): string {
  return /^##+ (.+)$/m.exec(section)?.[1] ?? '';
}

/** Of the shell blocks alone, without their comments: words as a shell would take them apart. */
function commandsOf(section: string): string[][] {
  const blocks = [...section.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line.startsWith(prefix))
    .map((line) =>
      line
        .slice(prefix.length)
        .replace(/\s+#.*$/, '')
        .split(' '),
    );
}

/** A command with its capitals filled in. @throws Error naming what is left. */
export function filledIn(command: readonly string[], values: Record<string, string>): string[] {
  return command.map((word) => {
    if (!/^[A-Z]{2,}$/.test(word)) return word;
    const value = values[word];
    if (value === undefined) throw new Error(`the runbook asks for ${word} in: ${command.join(' ')}`);
    return value;
  });
}
