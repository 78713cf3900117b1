import type { Transcript } from '../../../domain/credential.ts';
import type { CertificateContent } from '../../../ports/certificate-engine.ts';
import { sectionKinds } from '../layout/wording.ts';
import { inOnePiece } from './pdf-text.ts';

export const recordFileName = 'credential.json';

/**
 * Writes the credential as data, attached to its certificate: what a program needs that checks it, and nothing that the
 * paper does not show. The texts of the transcript are written once for all certificates that share them; `write` puts
 * the dates between them.
 */
export type RecordWriter = { write(content: CertificateContent, address: string, dates: readonly string[]): string };

export function recordWriter({ transcript }: Pick<CertificateContent, 'transcript'>): RecordWriter {
  const pieces = transcriptPieces(transcript);
  return {
    write(content, address, dates) {
      const { facts, program } = content;
      const head = JSON.stringify({
        schema: 'journeypaper/certificate-record/1',
        credentialId: content.credentialId,
        code: content.code,
        verify: address,
        achievement: content.achievement,
        achievementText: content.achievementText,
        name: facts.name,
        completedOn: facts.completedOn,
        issuedOn: content.issuedOn,
        requestedAt: content.requestedAt,
        framework: facts.framework,
        program: { id: program.id, name: program.name, hash: facts.hashes.program },
        issuer: program.sponsor,
      });
      let out = `${head.slice(0, -1)},"transcript":`;
      for (let i = 0; i < dates.length; i++) {
        out += pieces[i];
        out += dates[i];
      }
      return `${out}${pieces[dates.length]}}`;
    },
  };
}

/** The transcript's JSON, cut wherever a date goes: each set's own date before its skills. */
function transcriptPieces(transcript: CertificateContent['transcript']): string[] {
  const pieces: string[] = [];
  let open = '{';
  const line = (text: string) => {
    pieces.push(`${open}{"text":${JSON.stringify(text)},"on":"`);
    open = '"}';
  };
  sectionKinds.forEach((kind, section) => {
    open += `${section > 0 ? ',' : ''}"${kind}":[`;
    const lines: readonly Transcript['skillSets'][number][] = transcript[kind];
    lines.forEach((each, i) => {
      if (i > 0) open += ',';
      line(each.text);
      const { skills = [] } = each;
      if (skills.length === 0) return;
      open = '","skills":[';
      skills.forEach((skill, j) => {
        if (j > 0) open += ',';
        line(skill.text);
      });
      open += ']}';
    });
    open += ']';
  });
  return [...pieces, `${open}}`].map(inOnePiece);
}
