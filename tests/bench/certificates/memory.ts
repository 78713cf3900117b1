import { engineHere, sealerHere } from '../../support/engine-here.ts';
import { realCertificate } from '../../support/real-certificates.ts';
import { contents } from './ours.ts';

// A process that makes and signs as many certificates as it is told (by default two hundred thousand) and says on the way
// how large it is: what the machine has given it, and what of that is alive. See ../certificates.ts.

const last = Number(process.argv[2] ?? 200_000);
const marks = [1_000, 10_000, 100_000, 200_000, 1_000_000].filter((mark) => mark <= last);
const engine = engineHere();
const sealer = sealerHere();
const next = contents(realCertificate({ program: 'staten-island-peer-specialist', name: '' }));
const megabytes = (bytes: number) => bytes / 1024 / 1024;
let made = 0;
for (const mark of marks) {
  for (; made < mark; made++) {
    const content = next(made);
    await sealer.seal(await engine.render(content), content.program, content.requestedAt);
  }
  const rss = megabytes(process.memoryUsage.rss());
  globalThis.gc?.();
  process.stdout.write(`${JSON.stringify({ made, rss, live: megabytes(process.memoryUsage().heapUsed) })}\n`);
}
