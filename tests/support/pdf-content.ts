/** An operator of a page's content with its operands. Strings are `{ bytes }`, arrays are arrays, names begin with `/`. */
export type Operator = { operator: string; operands: Operand[] };
export type Operand = number | string | { bytes: string } | Operand[] | { dictionary: Operand[] };

/** Reads content operators (ISO 32000-1, 7.8.2): enough of them for pages without inline images. */
export function contentOperators(content: string): Operator[] {
  const tokens = tokensOf(content);
  const operators: Operator[] = [];
  let operands: Operand[] = [];
  const open: { kind: ']' | '>>'; before: Operand[] }[] = [];
  for (const token of tokens) {
    if (token === '[' || token === '<<') {
      open.push({ kind: token === '[' ? ']' : '>>', before: operands });
      operands = [];
    } else if (token === ']' || token === '>>') {
      const whole = token === ']' ? operands : { dictionary: operands };
      operands = [...(open.pop()?.before ?? []), whole];
    } else if (typeof token !== 'string' || token.startsWith('/')) operands.push(token);
    else if (/^[-+.\d]/.test(token)) operands.push(Number(token));
    else {
      operators.push({ operator: token, operands });
      operands = [];
    }
  }
  return operators;
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function tokensOf(content: string): (string | { bytes: string })[] {
  const tokens: (string | { bytes: string })[] = [];
  const pattern = /\(((?:[^()\\]|\\[\s\S])*)\)|<<|>>|<([0-9A-Fa-f]*)>|[[\]]|\/?[^\s()<>[\]/]+/g;
  for (const [token, literal, hex] of content.matchAll(pattern)) {
    if (literal !== undefined) {
      tokens.push({ bytes: literal.replace(/\\([\s\S])/g, (_, c: string) => escapes[c] ?? c) });
    } else if (hex !== undefined) {
      tokens.push({ bytes: hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))) });
    } else tokens.push(token);
  }
  return tokens;
}
