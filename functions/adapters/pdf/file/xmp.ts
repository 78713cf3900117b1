/** What a document says of itself, in its metadata and, for readers that look there, in its information dictionary. */
export type Description = {
  title: string;
  author: string;
  subject: string;
  language: string;
  keyword: string;
  /** An ISO instant, to the second. */
  instant: string;
  producer: string;
};

export const creator = 'Journeypaper';

/**
 * The metadata packet (XMP) of a PDF/A-3a and PDF/UA-1 document. PDF/A asks that a schema which it does not know, as that
 * of PDF/UA, is described in the packet itself (ISO 19005-3, 6.6.2.3).
 */
export function xmpPacket(of: Description): string {
  const title = escaped(of.title);
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>${escaped(of.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(of.subject)}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>${of.language}</rdf:li></rdf:Bag></dc:language>
<pdf:Keywords>${of.keyword}</pdf:Keywords><pdf:Producer>${of.producer}</pdf:Producer>
<xmp:CreatorTool>${creator}</xmp:CreatorTool><xmp:CreateDate>${of.instant}</xmp:CreateDate><xmp:ModifyDate>${of.instant}</xmp:ModifyDate>
</rdf:Description>
${extension}
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`;
}

const extension = `<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>`;

function escaped(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (sign) => entities[sign] ?? '') : text;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
