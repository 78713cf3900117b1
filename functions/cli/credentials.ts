import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from '../acts/refusal.ts';
import { refuseUnknownEnrollment } from '../acts/unknown-enrollment.ts';
import type { Credential } from '../domain/credential.ts';
import { sha256 } from '../domain/hash.ts';
import { maskFor } from '../domain/masking.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  addCommand,
  type Context,
  type SensitiveFlags,
  withActor,
  withSensitive,
} from './command.ts';
import { credentialDetail, credentialRow } from './credential-text.ts';
import { exitCodes } from './exit-codes.ts';
import { makeFolder } from './make-folder.ts';
import { table } from './page.ts';
import { recordRead } from './reading.ts';
import { credentialJson } from './status-json.ts';

type Flags = SensitiveFlags & ActorFlags & { pdf?: string };

/** `credentials`: what was issued, and the papers themselves. */
export const addCredentials: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'credentials <program> <enrollment>',
    summary: 'list the credentials of an enrollment, and save their PDFs',
    examples: ['credentials staten-island-peer-specialist 01JZX3V9D7 --pdf papers'],
    notes:
      "A PDF is saved under its credential's id, for your account alone, once its hash has been found to be the recorded one.",
    options: (command) =>
      withActor(withSensitive(command), 'who looks').option('--pdf <folder>', 'save the PDFs there'),
    run: (context, flags, [program = '', enrollment = '']) => listCredentials(context, flags, { program, enrollment }),
  });

async function listCredentials(
  context: Context,
  flags: Flags,
  ref: { program: string; enrollment: string },
): Promise<Answer> {
  const { ports, documents } = context.connect();
  const record = await ports.store.readRecord(ref);
  if (!record) return refusal(await refuseUnknownEnrollment(ports.store, ref));
  const framework = await ports.store.readFramework(record.enrollment.framework);
  const stored = await ports.store.readProgram(ref.program);
  if (!framework || !stored)
    return refusal(
      refused('program.unknown', `program: "${ref.program}" is not in the table; load it again with \`program load\``),
    );
  const facts = { what: 'credentials', sensitive: flags.sensitive === true, papers: flags.pdf !== undefined };
  await recordRead(context, flags, ref, { facts });
  const mask = maskFor([framework], flags.sensitive === true);
  const credentials = [...record.credentials].sort((a, b) => (a.issuedAt < b.issuedAt ? -1 : 1));
  const papers = flags.pdf === undefined ? [] : await savePapers(documents, credentials, flags.pdf);
  const errors = papers.flatMap((paper) => (paper.error === undefined ? [] : [paper.error]));
  const rows = credentials.map((credential) => credentialRow(credential, stored.program, mask));
  const saved = papers.flatMap((paper) => (paper.file === undefined ? [] : [`Saved ${paper.file}`]));
  const lines = table(context.page, rows, 0).split('\n');
  const told = credentials.map((one, i) => `${lines[i]}\n${credentialDetail(context.page, one, stored.program)}`);
  const list = told.length === 0 ? 'No credentials yet; `status` says why.' : told.join('\n');
  return {
    exitCode: errors.length > 0 ? exitCodes.refused : exitCodes.done,
    json: credentials.map((credential, i) => ({
      ...credentialJson(credential, mask),
      ...(papers[i] && { pdf: papers[i] }),
    })),
    text: [list, ...saved].join('\n'),
    errors,
  };
}

type Paper = { file?: string; error?: string };

async function savePapers(
  documents: DocumentStore,
  credentials: readonly Credential[],
  folder: string,
): Promise<Paper[]> {
  try {
    makeFolder(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure('input.folder', `--pdf ${folder}: cannot be made (${code}); give a folder you may write to`);
  }
  const papers: Paper[] = [];
  for (const { credentialId, document } of credentials) {
    const bytes = await readPaper(documents, document.key);
    if (bytes === 'unreadable')
      papers.push({ error: `${credentialId}: its document is damaged and cannot be read; it was not saved` });
    else if (bytes === undefined)
      papers.push({ error: `${credentialId}: its document is not in the bucket; it was not saved` });
    else if (sha256(bytes) !== document.hash) {
      papers.push({
        error: `${credentialId}: its document is not the one that was issued (its hash differs); it was not saved`,
      });
    } else papers.push({ file: await save(join(folder, `${credentialId}.pdf`), bytes) });
  }
  return papers;
}

async function readPaper(documents: DocumentStore, key: string): Promise<Uint8Array | 'unreadable' | undefined> {
  try {
    return await documents.get(key);
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'document.unreadable') return 'unreadable';
    throw error;
  }
}

async function save(file: string, bytes: Uint8Array): Promise<string> {
  await writeFile(file, bytes, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    throw usageFailure(
      'input.folder',
      `--pdf: ${file} cannot be written (${error.code}); give a folder you may write to`,
    );
  });
  return file;
}
