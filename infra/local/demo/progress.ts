import cliProgress from 'cli-progress';
import { fitText, padText } from '../../../functions/cli/text-width.ts';

/** What the demo tells while it runs. */
export interface Progress {
  /** Something has begun that takes a while; the next line of `done` takes its place. */
  begun(text: string): void;
  /** A line of its own: something is done. */
  done(text: string, seconds?: number): void;
  /** Names a bar's group. */
  heading(text: string): void;
  /** A bar that counts skill sets. */
  bar(name: string, total: number): { update(complete: number, note: string): void };
  /** Nothing more is drawn. */
  stop(): void;
}

export interface Screen {
  write(text: string): void;
  /** The stream behind it, where it is a terminal. */
  terminal?: NodeJS.WriteStream;
  colours: boolean;
}

const nameWidth = 26;
const barWidth = 30;

/** Bars on a terminal; elsewhere a line at each quarter, so that a log stays readable. */
export function showProgress(screen: Screen): Progress {
  const { green, dim, bold } = styles(screen.colours);
  const erase = screen.terminal ? '\r\u001b[K' : '';
  const lines: Pick<Progress, 'begun' | 'done'> = {
    begun: (text) => screen.write(`${erase}  ${dim('·')} ${text}${screen.terminal ? '' : '\n'}`),
    done: (text, seconds) =>
      screen.write(
        `${erase}  ${green('✓')} ${padText(text, 62)}${seconds === undefined ? '' : dim(`${seconds.toFixed(1)} s`.padStart(7))}\n`,
      ),
  };
  if (!screen.terminal) {
    return {
      ...lines,
      heading: (text) => screen.write(`\n  ${text}\n`),
      bar: (name, total) => plainBar(screen, name, total),
      stop: () => undefined,
    };
  }
  const bars = new cliProgress.MultiBar({
    stream: screen.terminal,
    hideCursor: true,
    barsize: barWidth,
    fps: 12,
    emptyOnZero: true,
    format: (_options, { value, total }, { heading, name, note }) => {
      if (heading !== undefined) return heading === '' ? '' : `  ${bold(heading)}`;
      const full = total === 0 ? 0 : Math.round((value / total) * barWidth);
      const line = `${green('━'.repeat(full))}${dim('─'.repeat(barWidth - full))}`;
      return `    ${padText(fitText(name, nameWidth), nameWidth)} ${line} ${dim(`${value}/${total}`.padStart(5))} ${note}`;
    },
  });
  return {
    ...lines,
    heading(text) {
      bars.create(1, 1, { heading: '' });
      bars.create(1, 1, { heading: fitText(text, 90) });
    },
    bar(name, total) {
      const bar = bars.create(total, 0, { name, note: '' });
      return { update: (complete, note) => bar.update(complete, { note }) };
    },
    stop: () => bars.stop(),
  };
}

function plainBar(screen: Screen, name: string, total: number) {
  let told = -1;
  let lastNote = '';
  return {
    update(complete: number, note: string) {
      const quarter = Math.floor((complete / total) * 4);
      if (quarter <= told && note === lastNote) return;
      told = Math.max(told, quarter);
      lastNote = note;
      screen.write(`    ${padText(fitText(name, nameWidth), nameWidth)} ${complete}/${total} skill sets ${note}\n`);
    },
  };
}

export function styles(colours: boolean) {
  const style = (on: number, off: number) => (text: string) => (colours ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { bold: style(1, 22), dim: style(2, 22), green: style(32, 39), yellow: style(33, 39), red: style(31, 39) };
}
