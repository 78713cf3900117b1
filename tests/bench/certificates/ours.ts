import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { typefaceFiles } from '../../../functions/adapters/pdf/text/typeface-files.ts';
import { openTypefaces } from '../../../functions/adapters/pdf/text/typefaces.ts';
import type { CertificateContent } from '../../../functions/ports/certificate-engine.ts';
import { engineHere, sealerHere } from '../../support/engine-here.ts';
import { realCertificate } from '../../support/real-certificates.ts';
import type { Contender } from './contest.ts';
import { naiveCertificate, naiveFonts } from './naive.ts';
import { nameFor, type Script, scripts } from './names.ts';
import { plainPages } from './plain-page.ts';

const root = join(import.meta.dirname, '../../..');
const fonts = join(root, 'templates/fonts');

/** The program whose certificate is measured, with its transcript. */
const program = 'staten-island-peer-specialist';

/** What this side of the contest makes, by the name that `contest.ts` calls it. */
export async function ours(which: string): Promise<Contender> {
  const [kind = '', script = 'latin'] = which.split('-');
  if (kind === 'floor') return floor();
  if (kind === 'naive') {
    const bytes = naiveFonts(fonts);
    const next = contents(realCertificate({ program, name: '' }));
    return { make: (i) => naiveCertificate(next(i), bytes) };
  }
  const engine = engineHere();
  if (kind === 'page') return plainPage();
  if (kind === 'skillset') {
    const next = contents(skillSet());
    return { make: async (i) => (await engine.render(next(i))).bytes };
  }
  const next = contents(realCertificate({ program, name: '' }), asScript(script));
  if (kind === 'unsigned') return { make: async (i) => (await engine.render(next(i))).bytes };
  if (kind === 'signed') {
    const sealer = sealerHere();
    return {
      async make(i) {
        const content = next(i);
        return (await sealer.seal(await engine.render(content), content.program, content.requestedAt)).bytes;
      },
    };
  }
  throw new Error(`nothing of ours is called ${which}`);
}

/**
 * One certificate after the other, as apprentices come: another name, id and code, and other days on every line of the
 * transcript. What is kept from one to the next is what certificates share, the words of dates among it: a program's
 * certificates name the same days too.
 */
export function contents(base: CertificateContent, script: Script = 'latin'): (i: number) => CertificateContent {
  const { skillSets, courses, certificates } = base.transcript;
  return (i) => {
    let line = 0;
    const dated = <T extends { text: string; on: string }>(each: T): T => ({
      ...each,
      on: dayFor(i * 31 + line++ * 17),
    });
    return {
      ...base,
      credentialId: `01JX8Z6TQ4H0W3${idFor(i, 12)}`,
      code: `7Q4NZ0K8W2RJ5T${idFor(i * 7919 + 13, 12)}`,
      facts: { ...base.facts, name: nameFor(i, script), completedOn: dayFor(i) },
      issuedOn: dayFor(i + 1),
      requestedAt: `${dayFor(i + 1)}T14:03:27.000Z`,
      transcript: {
        skillSets: skillSets.map(dated),
        courses: courses.map(dated),
        certificates: certificates.map(dated),
      },
    };
  };
}

/** The very page that the peers make, of the engine's layers. */
async function plainPage(): Promise<Contender> {
  const page = await import(pathToFileURL(join(import.meta.dirname, '../../peers/page.mjs')).href);
  const make = plainPages(page, await openTypefaces(typefaceFiles(root)));
  return { make: (i) => make(page.textsFor(nameFor(i))) };
}

/** The cheapest whole certificate: a skill set's, without a transcript or pictures. */
function skillSet(): CertificateContent {
  const content = realCertificate({ program, name: '', achievement: 'skill-set:engage', bare: true });
  return { ...content, transcript: { skillSets: [], courses: [], certificates: [] } };
}

/** What no signed document can do without: its bytes copied and hashed, and one ECDSA signature of P-256. */
async function floor(): Promise<Contender> {
  const { bytes } = await engineHere().render(realCertificate({ program, name: nameFor(0) }));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    make(i) {
      const copy = Buffer.from(bytes);
      copy.writeUInt32LE(i, bytes.length >> 1);
      sign('sha256', createHash('sha256').update(copy).digest(), privateKey);
      return copy;
    },
  };
}

const days = Array.from({ length: 1_000 }, (_, i) =>
  new Date(Date.UTC(2024, 0, 1) + i * 86_400_000).toISOString().slice(0, 10),
);

function dayFor(n: number): string {
  return days[n % days.length] ?? '';
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function idFor(n: number, length: number): string {
  let rest = n;
  let text = '';
  while (text.length < length) {
    text = `${alphabet[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function asScript(text: string): Script {
  const script = scripts.find((each) => each === text);
  if (!script) throw new Error(`no names are made up in ${text}`);
  return script;
}
