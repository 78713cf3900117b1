/** An attribute value as DynamoDB writes it, in a stream record or in an answer. */
type AttributeValue = object;

/**
 * An item's attributes as JSON, whatever another system put there. What JSON cannot say (binary, sets, a number beyond
 * a double's exact integers) becomes an object that names its kind, which no field of the contract accepts: such an
 * item is malformed, and reading it never fails.
 */
export function jsonAttributes(item: Record<string, AttributeValue>): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  // A key may be any text: `__proto__` too is an attribute like others.
  for (const name in item)
    if (name === '__proto__') Object.defineProperty(attributes, name, plain(jsonValue(item[name] as AttributeValue)));
    else attributes[name] = jsonValue(item[name] as AttributeValue);
  return attributes;
}

const plain = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true });

function jsonValue(value: AttributeValue): unknown {
  let type: string | undefined;
  let content: unknown;
  for (const each in value) {
    content = (value as Record<string, unknown>)[each];
    type = each;
    if (content !== undefined) break;
  }
  if (content === undefined) type = undefined;
  switch (type) {
    case 'S':
      return content;
    case 'N':
      return jsonNumber(String(content));
    case 'BOOL':
      return content === true;
    case 'NULL':
      return null;
    case 'L':
      return (content as AttributeValue[]).map(jsonValue);
    case 'M':
      return jsonAttributes(content as Record<string, AttributeValue>);
    default:
      return { unrepresentable: type ?? 'nothing', content: printed(content) };
  }
}

function jsonNumber(text: string): unknown {
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : { unrepresentable: 'N', content: text };
}

/** Binary values come as bytes from the SDK and as base64 in an event: one form for both, so that hashes agree. */
function printed(content: unknown): unknown {
  if (content instanceof Uint8Array) return Buffer.from(content).toString('base64');
  return Array.isArray(content) || content instanceof Set ? [...content].map(printed) : String(content);
}
