import type { Framework } from '../../domain/framework.ts';
import { canonicalJson, documentHash, sha256 } from '../../domain/hash.ts';
import { type CertificateTemplate, type Program, programHashes } from '../../domain/program.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { RecordStore, StoredProgram } from '../../ports/record-store.ts';
import { isConditionFailure } from './dynamo-errors.ts';
import type { Item, Table } from './dynamo-table.ts';
import {
  assetKey,
  frameworkKey,
  own,
  programKey,
  programsPartition,
  programVersionKey,
  templateKey,
} from './record-keys.ts';

/** A framework fits one item; a thousand skills of the seeds' length take some 250 KB. */
const maxFrameworkBytes = 380_000;

type Programs = Pick<
  RecordStore,
  | 'readProgram'
  | 'readProgramVersion'
  | 'listProgramVersions'
  | 'readTemplate'
  | 'readFramework'
  | 'findFramework'
  | 'readAsset'
  | 'listPrograms'
  | 'putProgram'
  | 'putFramework'
>;

/** What one process keeps of what never changes: at 300 KB a picture some 20 MB, and as much of documents at the most. */
const maxPictures = 64;
const maxDocuments = 64;

/** Stands for the hash that a published document says of itself. */
const asPublished = '';

/** Programs and frameworks. What is immutable is read once per process. */
export function programs(t: Table): Programs {
  const documents = new Map<string, unknown>();
  const pictures = new Map<string, Uint8Array>();
  const immutable = async <T>(name: string, key: { pk: string; sk: string }, hash: string) => {
    const id = `${key.pk} ${key.sk} ${hash}`;
    if (documents.has(id)) return documents.get(id) as T;
    const item = await t.get(name, key);
    if (!item || (hash !== asPublished && item.hash !== hash)) return undefined;
    const value = verified<T>(item.document, String(item.hash));
    if (documents.size >= maxDocuments) documents.clear();
    documents.set(id, value);
    return value;
  };
  const putFramework = async (framework: Framework) => {
    const hash = documentHash(framework);
    const document = canonicalJson(framework);
    if (document.length > maxFrameworkBytes) {
      throw new AdapterError(
        'framework.too-large',
        `framework ${framework.id}: larger than ${maxFrameworkBytes} bytes`,
        { retryable: false },
      );
    }
    const key = frameworkKey(framework.id, framework.version);
    try {
      await t.put('putFramework', { ...key, ...own, hash, document }, 'attribute_not_exists(pk)');
      return 'stored' as const;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const published = await t.get('putFramework', key);
      return published?.hash === hash ? ('exists' as const) : ('differs' as const);
    }
  };
  return {
    putFramework,
    async readProgram(program) {
      const item = await t.get('readProgram', programKey(program));
      return item && storedProgram(item);
    },
    readProgramVersion: (program, hash) =>
      immutable<Program>('readProgramVersion', programVersionKey(program, hash), hash),
    async listProgramVersions(program) {
      const { pk, sk } = programVersionKey(program, '');
      const shape = { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)', ConsistentRead: true };
      const items = await t.queryAll('listProgramVersions', shape, { ':pk': pk, ':prefix': sk });
      return items.map((item) => verified<Program>(item.document, String(item.hash)));
    },
    readTemplate: (program, hash) => immutable<CertificateTemplate>('readTemplate', templateKey(program, hash), hash),
    readFramework: (ref) => immutable<Framework>('readFramework', frameworkKey(ref.id, ref.version), ref.hash),
    findFramework: ({ id, version }) => immutable<Framework>('findFramework', frameworkKey(id, version), asPublished),
    async readAsset(program, hash) {
      const known = pictures.get(`${program} ${hash}`);
      if (known) return known;
      const bytes = (await t.get('readAsset', assetKey(program, hash)))?.bytes as Uint8Array | undefined;
      if (!bytes) return undefined;
      refuseAltered(bytes, hash);
      if (pictures.size >= maxPictures) pictures.clear();
      pictures.set(`${program} ${hash}`, bytes);
      return bytes;
    },
    async listPrograms() {
      const items = await t.queryAll(
        'listPrograms',
        { IndexName: 'list', KeyConditionExpression: 'listPk = :pk' },
        { ':pk': programsPartition },
      );
      const found = await Promise.all(
        items.map((item) => t.get('listPrograms', { pk: String(item.pk), sk: String(item.sk) })),
      );
      return found.flatMap((item) => (item ? [storedProgram(item)] : []));
    },
    putProgram: async (program, template, framework, assets = [], replaces) => {
      await putImmutable(t, putFramework, program, template, framework, assets);
      return putCurrent(t, program, template, framework, replaces);
    },
  };
}

/** All that a current program names. */
async function putImmutable(
  t: Table,
  putFramework: RecordStore['putFramework'],
  program: Program,
  template: CertificateTemplate,
  framework: Framework,
  assets: readonly Uint8Array[],
): Promise<void> {
  if ((await putFramework(framework)) === 'differs') {
    const { id, version } = framework;
    throw new AdapterError(
      'framework.published',
      `framework ${id} ${version} is published with other content; give the change a new version`,
      {
        retryable: false,
      },
    );
  }
  for (const bytes of assets) await t.put('putProgram', { ...assetKey(program.id, sha256(bytes)), ...own, bytes });
  const hashes = programHashes(program, template);
  await t.put('putProgram', {
    ...templateKey(program.id, hashes.template),
    ...own,
    hash: hashes.template,
    document: canonicalJson(template),
  });
  await t.put('putProgram', {
    ...programVersionKey(program.id, hashes.program),
    ...own,
    hash: hashes.program,
    document: canonicalJson(program),
  });
}

/** Last, so that a current program never names a version that is not there. */
async function putCurrent(
  t: Table,
  program: Program,
  template: CertificateTemplate,
  framework: Framework,
  replaces: string | null | undefined,
): Promise<'stored' | 'moved'> {
  const item = {
    ...programKey(program.id),
    ...own,
    hashes: programHashes(program, template),
    frameworkHash: documentHash(framework),
    document: canonicalJson(program),
    listPk: programsPartition,
    listSk: program.id,
  };
  try {
    if (replaces === undefined) await t.put('putProgram', item);
    else if (replaces === null) await t.put('putProgram', item, 'attribute_not_exists(pk)');
    else await t.put('putProgram', item, 'hashes.program = :replaces', { ':replaces': replaces });
    return 'stored';
  } catch (error) {
    if (isConditionFailure(error)) return 'moved';
    throw error;
  }
}

function storedProgram(item: Item): StoredProgram {
  const hashes = item.hashes as StoredProgram['hashes'];
  return {
    program: verified<Program>(item.document, hashes.program),
    hashes,
    frameworkHash: String(item.frameworkHash),
  };
}

/**
 * A document as it was published: it was parsed then, and its hash says that it is the same to the letter. Parsing it
 * again would hold a frozen document to rules that came after it.
 */
function verified<T>(document: unknown, hash: string): T {
  const text = String(document);
  refuseAltered(text, hash);
  return JSON.parse(text) as T;
}

function refuseAltered(content: string | Uint8Array, hash: string): void {
  if (sha256(content) === hash) return;
  const message = 'a published document does not match its own hash; somebody has changed it in the table';
  throw new AdapterError('document.altered', message, { retryable: false });
}
