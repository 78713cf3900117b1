import { inOnePiece, textString } from './pdf-text.ts';

/** What the certificates of one revision say of themselves alike. */
export type SharedDescription = { author: string; subject: string; producer: string };
/** What each says of its own; `instant` is of ISO form, to the second. */
export type OwnDescription = { title: string; keyword: string; instant: string };

/** The metadata packet (XMP), and for readers that look there the same as entries of an information dictionary. */
export type DescriptionWriter = { packet(own: OwnDescription): (string | Uint8Array)[]; information: string };

const creator = 'Journeypaper';

/**
 * Describes PDF/A-3a and PDF/UA-1 documents. PDF/A asks that a schema which it does not know, as that of PDF/UA, is
 * described in the packet itself (ISO 19005-3, 6.6.2.3).
 */
export function descriptionWriter(shared: SharedDescription): DescriptionWriter {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const head = bytes(`<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
${extension}
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:creator><rdf:Seq><rdf:li>${escaped(shared.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(shared.subject)}</rdf:li></rdf:Alt></dc:description>
<pdf:Producer>${shared.producer}</pdf:Producer><xmp:CreatorTool>${creator}</xmp:CreatorTool>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`);
  const end = bytes('</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>');
  return {
    packet: ({ title, keyword, instant }) => [
      head,
      `${escaped(title)}</rdf:li></rdf:Alt></dc:title>
<pdf:Keywords>${keyword}</pdf:Keywords><xmp:CreateDate>${instant}</xmp:CreateDate><xmp:ModifyDate>${instant}</xmp:ModifyDate>
`,
      end,
    ],
    information: inOnePiece(
      `/Author${textString(shared.author)}/Subject${textString(shared.subject)}/Creator(${creator})/Producer(${shared.producer})`,
    ),
  };
}

const extension = `<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>`;

function escaped(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (sign) => entities[sign] ?? '') : text;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
