import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { auditEntrySchema } from '../functions/domain/audit.ts';
import { assessmentSchema, submissionSchema, withdrawalSchema } from '../functions/domain/evidence.ts';
import { frameworkSchema } from '../functions/domain/framework.ts';
import {
  deliveryRequestedSchema,
  evaluationRequestedSchema,
  exportRequestedSchema,
  exportSettledSchema,
  issueRequestedSchema,
} from '../functions/domain/messages.ts';
import { programSchema, templateSchema } from '../functions/domain/program.ts';
import { runMaker } from './run-command.ts';

/** Every shape that somebody outside this code reads or writes. A change that breaks one gets a new version, beside the old. */
const publicShapes: readonly { name: string; version: number; schema: z.ZodType }[] = [
  { name: 'framework', version: 1, schema: frameworkSchema },
  { name: 'program', version: 1, schema: programSchema },
  { name: 'certificate-template', version: 1, schema: templateSchema },
  { name: 'evidence', version: 1, schema: submissionSchema },
  { name: 'assessment', version: 1, schema: assessmentSchema },
  { name: 'withdrawal', version: 1, schema: withdrawalSchema },
  { name: 'evaluation-requested', version: 1, schema: evaluationRequestedSchema },
  { name: 'issue-requested', version: 1, schema: issueRequestedSchema },
  { name: 'delivery-requested', version: 1, schema: deliveryRequestedSchema },
  { name: 'export-requested', version: 1, schema: exportRequestedSchema },
  { name: 'export-settled', version: 1, schema: exportSettledSchema },
  { name: 'audit-entry', version: 1, schema: auditEntrySchema },
];

const schemasFolder = join(import.meta.dirname, '../data/schemas');

/**
 * The JSON Schema of every public shape, by file name, as text. They describe what may be written: a field with a
 * default may be left out. Rules between fields (unique ids, an expiry after the issue) are the code's alone.
 */
export function renderSchemas(): Map<string, string> {
  return new Map(
    publicShapes.map(({ name, version, schema }) => {
      const jsonSchema = { $id: `urn:journeypaper:${name}:${version}`, ...z.toJSONSchema(schema, { io: 'input' }) };
      return [`${name}.${version}.json`, `${JSON.stringify(jsonSchema, null, 2)}\n`];
    }),
  );
}

/** Writes the schemas and removes those of shapes that are gone. */
function writeSchemas(folder: string): void {
  const schemas = renderSchemas();
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (file.endsWith('.json') && !schemas.has(file)) rmSync(join(folder, file));
  for (const [file, text] of schemas) writeFileSync(join(folder, file), text);
  process.stdout.write(`${schemas.size} schemas written to data/schemas\n`);
}

if (import.meta.main)
  await runMaker('schemas', 'Writes the JSON Schema of every public shape again, in data/schemas.', () =>
    writeSchemas(schemasFolder),
  );
