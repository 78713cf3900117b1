import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resources } from '../../functions/api/all-routes.ts';
import { type Operation, openApiDocument } from '../../functions/api/openapi.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';
import { arbitraryOf, fieldOf, type Known, type Schema } from './arbitrary-of-schema.ts';

/** Requests for each operation: few enough for every run of the tests; more by the variable. */
const runs = Number(process.env.FUZZ_RUNS ?? 40);

const document = openApiDocument(resources);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const ajv = new Ajv2020({ strict: true, allErrors: false, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addKeyword('components');
ajv.addSchema({ $id: 'urn:journeypaper:document', components: document.components }, 'urn:journeypaper:document');

let world: ApiWorld;
const tokens: (string | undefined)[] = [];
beforeAll(async () => {
  world = await startApiWorld();
  for (const id of ['enr-1', 'enr-2']) await world.enroll({ enrollment: id });
  const roles = ['administrator', 'assessor', 'auditor', 'operator'];
  tokens.push(undefined, 'a.b.c', await world.issuer.tokenOf('apprentice-1', 'harbor:apprentice'));
  for (const role of roles) tokens.push(await world.issuer.tokenOf('ada', `harbor:${role}`));
  // Whoever may do most is tried most.
  for (let i = 0; i < 6; i++)
    tokens.push(await world.issuer.tokenOf('assessor-1', 'harbor:administrator', 'harbor:assessor'));
});
afterAll(() => world.stop());

test('the document is one that its readers can read: every reference leads somewhere, every id is used once', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operation } of operations)
    for (const { content = {} } of Object.values(operation.responses))
      for (const { schema } of Object.values(content)) expect(() => ajv.compile(inDocument(schema))).not.toThrow();
});

test('what several operations answer has one name, and no pattern is one that only some readers know', () => {
  const named = Object.keys(document.components.schemas);
  expect(named).toEqual(
    expect.arrayContaining(['Problem', 'Enrollment', 'Credential', 'Delivery', 'Evidence', 'Piece']),
  );
  // A name that the library made up is of a shape that lacks one of ours.
  expect(named.filter((name) => name.startsWith('__') || name.endsWith('Output'))).toEqual([]);
  const text = JSON.stringify(document);
  for (const name of named) expect(text, name).toContain(`"#/components/schemas/${name}"`);
  expect(text).not.toMatch(/\\\\p\{|\(\?</);
  const batch = document.paths['/enrollments/{enrollment}/evidence/batch']?.post?.requestBody?.content;
  expect(batch?.['application/json']?.schema).toMatchObject({
    properties: {
      pieces: {
        items: {
          anyOf: [{ $ref: '#/components/schemas/Piece' }, { description: expect.stringContaining('refused alone') }],
        },
      },
    },
  });
  expect(
    document.paths['/enrollments/{enrollment}']?.get?.responses['200']?.content?.['application/json']?.schema,
  ).toEqual({
    $ref: '#/components/schemas/Enrollment',
  });
});

test.each(operations.map((each) => [`${each.method} ${each.path}`, each] as const))(
  '%s never fails, and answers what the document says',
  async (_, { method, path, operation }) => {
    const validators = validatorsOf(operation);
    await fc.assert(
      fc.asyncProperty(requestTo(operation), fc.nat(), async (request, pick) => {
        const { parameters, body } = request;
        const token = tokens[pick % tokens.length];
        const headers = await headersOf(parameters);
        if (!headers) return;
        const answer = await world.ask(method, addressOf(path, parameters), {
          token,
          headers,
          ...(body !== undefined && { body }),
        });
        const text = await answer.text();
        expect(answer.status, text).toBeLessThan(500);
        const declared = validators.get(answer.status) ?? validators.get('default');
        const type = answer.headers.get('content-type')?.split(';')[0];
        expect(Object.keys(declared?.content ?? {}), `${answer.status} ${text}`).toContain(type);
        const isSound = declared?.validate(JSON.parse(text));
        expect(isSound, `${answer.status} ${text.slice(0, 500)} ${JSON.stringify(declared?.errors())}`).toBe(true);
      }),
      { numRuns: runs },
    );
    expect(world.failures).toEqual([]);
  },
  120_000,
);

type Parameters = Record<'path' | 'query' | 'header', Record<string, unknown>>;

function requestTo({
  parameters = [],
  requestBody,
}: Operation): fc.Arbitrary<{ parameters: Parameters; body: unknown }> {
  const within = (place: string) => {
    const own = parameters.filter((parameter) => parameter.in === place);
    const given = Object.fromEntries(
      own.map(({ name, schema }) => [name, fieldOf(name, schema as Schema, { ...known, id: ['small'] })]),
    );
    return fc.record(given, { requiredKeys: own.filter(({ required }) => required).map(({ name }) => name) });
  };
  const schema = written(requestBody?.content['application/json']?.schema);
  return fc.record({
    parameters: fc.record({ path: within('path'), query: within('query'), header: within('header') }),
    body: schema ? arbitraryOf(schema, known) : fc.constant(undefined),
  });
}

/** A schema with what it refers to written out. */
function written(schema: Record<string, unknown> | undefined): Schema | undefined {
  return schema && JSON.parse(JSON.stringify(schema), (_, value) => referred(value) ?? value);
}

function referred(value: { $ref?: string } | null): unknown {
  const name = value?.$ref?.slice('#/components/schemas/'.length);
  return name === undefined ? undefined : written(document.components.schemas[name]);
}

const known: Known = {
  enrollment: ['enr-1', 'enr-2'],
  version: ['1'],
  requirement: ['engage-1', 'course-ethics', 'cert-cpr'],
  missing: ['engage-1'],
  name: ['Łukasz Żółć'],
  'If-Match': ['"1.0"', '"2.1"', '*', `"${'0'.repeat(32)}"`],
};

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** `encodeURIComponent` throws on half a character, which no address can hold. */
const encoded = (value: unknown) => encodeURIComponent(asText(value).toWellFormed());

function addressOf(path: string, { path: inPath, query }: Parameters): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(inPath[name]) || '%20');
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
  return asked.length > 0 ? `${filled}?${asked.join('&')}` : filled;
}

/** Undefined: no HTTP client can send them. */
async function headersOf({ header }: Parameters): Promise<Record<string, string> | undefined> {
  try {
    const entries = Object.entries(header).map(([name, value]) => [name, asText(value)] as const);
    return Object.fromEntries(new Headers(entries.map(([name, value]) => [name, value])));
  } catch {
    return undefined;
  }
}

/** A schema that finds the document's components where it refers to them. */
function inDocument(schema: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"urn:journeypaper:document#/components/'));
}

function validatorsOf({ responses }: Operation) {
  return new Map(
    Object.entries(responses).map(([status, { content = {} }]) => {
      const [schema] = Object.values(content).map((each) => each.schema);
      const validate = ajv.compile(inDocument(schema ?? {}));
      const errors = () => validate.errors;
      return [status === 'default' ? status : Number(status), { content, validate, errors }] as const;
    }),
  );
}
