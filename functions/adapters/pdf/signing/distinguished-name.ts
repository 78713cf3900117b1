import { type Der, element, sequence, setOf, tags, text } from './der.ts';
import { oids } from './object-identifiers.ts';

/** A certificate's subject, by the short names of RFC 4519: from the country down to the common name. */
export type DistinguishedName = {
  /** Two capital letters of ISO 3166. */
  C?: string | undefined;
  ST?: string | undefined;
  L?: string | undefined;
  O?: string | undefined;
  OU?: string | undefined;
  serialNumber?: string | undefined;
  CN: string;
};

const order = ['C', 'ST', 'L', 'O', 'OU', 'serialNumber', 'CN'] as const;

/** RFC 5280 `Name`. */
export function encodeName(name: DistinguishedName): Der {
  const parts = order.flatMap((type) => {
    const value = name[type];
    return value === undefined ? [] : [setOf(sequence(oids[type], stringOf(type, value)))];
  });
  return sequence(...parts);
}

function stringOf(type: (typeof order)[number], value: string): Der {
  // RFC 5280 wants these two in the older alphabet.
  return type === 'C' || type === 'serialNumber' ? element(tags.printableString, Buffer.from(value)) : text(value);
}
