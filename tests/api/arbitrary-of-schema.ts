import fc from 'fast-check';

/** JSON Schema as far as our document uses it. */
export type Schema = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
};

/** Values that people and programs have broken things with. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    ...['', ' ', '\u0000', '\r\nx-evil: 1', '<script>', "' OR 1=1", '../..', '\u202egnp', '🎓', 'a'.repeat(2_000)],
    ...['__proto__', 'constructor', '2026-02-30', '9999-12-31', '0000-01-01', 'NaN', '1e999'],
    ...[null, true, 0, -1, 1e308, [], {}],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Values of fields that reach further than made-up ones, by the field's name. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/** Mostly what a schema allows; now and then, at any place in it, something else. */
export function arbitraryOf(schema: Schema, known: Known = {}): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: allowedBy(schema, known) }, { weight: 1, arbitrary: nasty });
}

function allowedBy(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => arbitraryOf(each, known)));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, known), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case 'object':
      return objectOf(schema, known);
    default:
      return nasty;
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (format === 'date') return fc.constantFrom('2026-01-31', '2024-02-29', '2026-03-08');
  if (format === 'date-time') return fc.constantFrom('2026-03-08T07:30:00.000Z', '2026-01-01T00:00:00.000Z');
  if (format === 'email') return fc.constantFrom('ada@apprentices.example', 'z.ö@apprentices.example');
  if (pattern !== undefined && pattern.length < 80)
    return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, Math.max(maxLength, 1)));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 60), unit: 'grapheme' });
}

function objectOf({ properties = {}, required = [] }: Schema, known: Known): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, fieldOf(name, property, known)]),
  );
  const sound = fc.record(fields, { requiredKeys: required });
  const broken = fc.record({ ...fields, surprise: nasty }, { requiredKeys: [] });
  return fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: broken });
}

/** Known values among others, so that what lies behind them is reached too. */
export function fieldOf(name: string, schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const values = known[name];
  const made = arbitraryOf(schema, known);
  return values ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, made) : made;
}
