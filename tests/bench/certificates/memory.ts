import { engineHere, sealerHere } from '../../support/engine-here.ts';
import { realCertificate } from '../../support/real-certificates.ts';
import { contents } from './ours.ts';

// A process that makes and signs a hundred thousand certificates and says how large it is on the way: see ../certificates.ts.

const marks = [1_000, 10_000, 100_000];
const engine = engineHere();
const sealer = sealerHere();
const next = contents(realCertificate({ program: 'staten-island-peer-specialist', name: '' }));
let made = 0;
for (const mark of marks) {
  for (; made < mark; made++) {
    const content = next(made);
    await sealer.seal(await engine.render(content), content.program, content.requestedAt);
  }
  process.stdout.write(`${JSON.stringify({ made, megabytes: process.memoryUsage.rss() / 1024 / 1024 })}\n`);
}
