/** What goes back over the wire. */
export interface Answer {
  status: number;
  /** A name may have several values: cookies. */
  headers: [name: string, value: string | string[]][];
  body: Buffer;
}

/** What the gateway sets itself, or what is about one connection. */
const notPassed = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const json = (body: string, status = 200): Answer => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(body),
});

/** An answer of the gateway's own, in its words. */
export function gatewayAnswer(status: number, message: string): Answer {
  return json(JSON.stringify({ message }), status);
}

/**
 * A function's answer in payload format 2.0. One that has no `statusCode` is the body itself, as JSON.
 *
 * @param payload what the function returned, as JSON
 * @returns undefined where it is no answer: the gateway says 500.
 */
export function readAnswer(payload: string): Answer | undefined {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    return answer === null ? undefined : json(typeof answer === 'string' ? answer : payload);
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = answer as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof headers !== 'object' || headers === null || !Array.isArray(cookies)) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  const passed = Object.entries(headers)
    .filter(([name, value]) => !notPassed.has(name.toLowerCase()) && value !== null && value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)]);
  const isTyped = passed.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status,
    headers: [
      ...passed,
      ...(isTyped || !body ? [] : [['content-type', 'text/plain;charset=UTF-8'] as [string, string]]),
      ...(cookies.length > 0 ? [['set-cookie', cookies.map(String)] as [string, string[]]] : []),
    ],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
