import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Json = Record<string, unknown>;

/** An item in DynamoDB's JSON as its exports write it: binary values in base64, everything else as it is. */
export function toExportJson(item: Record<string, AttributeValue>): Json {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, written(value)]));
}

export function fromExportJson(json: Json): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, read(value as Json)]));
}

function written(value: AttributeValue): Json {
  if (value.B) return { B: base64(value.B) };
  if (value.BS) return { BS: value.BS.map(base64) };
  if (value.L) return { L: value.L.map(written) };
  return value.M ? { M: toExportJson(value.M) } : { ...value };
}

function read(value: Json): AttributeValue {
  if (typeof value.B === 'string') return { B: Buffer.from(value.B, 'base64') };
  if (Array.isArray(value.BS)) return { BS: value.BS.map((each) => Buffer.from(String(each), 'base64')) };
  if (Array.isArray(value.L)) return { L: value.L.map((each) => read(each as Json)) };
  return value.M ? { M: fromExportJson(value.M as Json) } : (value as unknown as AttributeValue);
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
