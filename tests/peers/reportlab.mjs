import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fontFile, frame, ink, places, rule, size } from './page.mjs';

const python = process.env.PYTHON ?? 'python3';
if (spawnSync(python, ['-c', 'import reportlab']).status !== 0) {
  throw new Error('not installed: pip install reportlab, with PYTHON set to that Python');
}

/** A Python process that stays, asked for a page at a time; its own clock says what CPU it has used. */
export async function start() {
  const child = spawn(python, [fileURLToPath(new URL('reportlab-pages.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (value) => {
    child.stdin.write(`${JSON.stringify(value)}\n`);
    const { value: line, done } = await lines.next();
    if (done) throw new Error('reportlab ended');
    return line;
  };
  await ask({ size, frame, fontFile, places, ink, rule });
  let used = 0;
  return {
    page: async (texts) => {
      const { cpu, pdf } = JSON.parse(await ask(texts));
      used = cpu * 1e6;
      return Buffer.from(pdf, 'base64');
    },
    cpu: () => used,
    stop: () => child.kill(),
  };
}
