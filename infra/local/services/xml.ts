/** Text made safe for an XML or HTML element or a quoted attribute. Characters that XML cannot carry become U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/**
 * The contents of every element of that name in the small, attribute-free request bodies that AWS SDKs write
 * (`<Tag><Key>a</Key></Tag>`). Not an XML parser: no comments, no CDATA, no element nested in one of its own name.
 */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

/** The text of the first element of that name, unescaped; undefined where there is none. */
export function textOf(xml: string, name: string): string | undefined {
  const [content] = elementsOf(xml, name);
  return content === undefined ? undefined : unescapeXml(content.trim());
}

/** `<name>text</name>`, or nothing for undefined. */
export function element(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeMarkup(String(text))}</${name}>`;
}

const namedEntities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|amp|quot|apos));/gi, (entity, hex, decimal, named) => {
    if (named) return namedEntities[named.toLowerCase()] ?? entity;
    const codePoint = hex ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : entity;
  });
}
