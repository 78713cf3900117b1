import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateContent, RenderedCertificate } from '../../functions/ports/certificate-engine.ts';
import { engineHere, sealerHere } from '../support/engine-here.ts';
import { type RealCertificate, realCertificate } from '../support/real-certificates.ts';
import { nameKinds, names } from './names.ts';

const long = 'Maximiliana Wilhelmina Friederike von und zu Hohenstaufen-Waldburg-Wolfegg-Waldsee ';

/** What is printed for the outside to judge, by file name. */
const wanted: Record<string, RealCertificate> = {
  ...Object.fromEntries(
    (['staten-island-peer-specialist', 'recovery-support-specialist'] as const).flatMap((program) =>
      (['letter', 'a4'] as const).flatMap((page) => [
        [`${program}-${page}`, { program, page, name: names.vietnamese }],
        [`${program}-${page}-bare`, { program, page, name: names.greek, bare: true }],
      ]),
    ),
  ),
  ...Object.fromEntries(
    nameKinds.map((kind) => [
      `name-${kind.replaceAll(' ', '-')}`,
      { program: 'staten-island-peer-specialist', name: names[kind] },
    ]),
  ),
  'skill-set': {
    program: 'staten-island-peer-specialist',
    name: names.vietnamese,
    achievement: 'skill-set:engage',
  },
  'every-skill': { program: 'recovery-support-specialist', name: names.cyrillic, skills: true },
  'long-name': { program: 'recovery-support-specialist', name: long.repeat(4).slice(0, 300).trim() },
};

export const specimenIds = Object.keys(wanted);

export type Specimen = {
  id: string;
  content: CertificateContent;
  rendered: RenderedCertificate;
  /** The signed document, and the file that holds it. */
  bytes: Uint8Array;
  path: string;
};

/** Prints and signs all of them, and a transcript of a thousand skills, into a folder that the caller removes. */
export async function printSpecimens(): Promise<{ folder: string; specimens: Map<string, Specimen> }> {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-outside-'));
  const engine = engineHere();
  const sealer = sealerHere();
  const specimens = new Map<string, Specimen>();
  for (const [id, content] of [...Object.entries(wanted).map(each), ['thousand-skills', thousandSkills()] as const]) {
    const rendered = await engine.render(content);
    const signed = { ...rendered, bytes: Buffer.from(rendered.bytes) };
    const { bytes } = await sealer.seal(signed, content.program, content.requestedAt);
    const path = join(folder, `${id}.pdf`);
    writeFileSync(path, bytes);
    specimens.set(id, { id, content, rendered, bytes, path });
  }
  return { folder, specimens };
}

function each([id, given]: [string, RealCertificate]): readonly [string, CertificateContent] {
  return [id, realCertificate(given)];
}

/** As many as a framework may have, in fifty sets. */
function thousandSkills(): CertificateContent {
  const content = realCertificate({ program: 'staten-island-peer-specialist', name: names.vietnamese, skills: true });
  const skillSets = Array.from({ length: 50 }, (_, set) => ({
    text: `Skill set number ${set + 1} of the framework`,
    on: '2026-03-02',
    skills: Array.from({ length: 20 }, (_, skill) => ({
      text: `Shows skill ${skill + 1} of set ${set + 1} in conversations with peers and with their supporters`,
      on: '2026-03-02',
    })),
  }));
  return { ...content, transcript: { skillSets, courses: [], certificates: [] } };
}
