import { parseEvidenceKeys } from '../domain/evidence.ts';
import type { Mask } from '../domain/masking.ts';
import type { StoredAside } from '../ports/record-store.ts';
import { localMoment } from './moments.ts';
import { type Cell, type Page, table } from './page.ts';
import { fitText } from './text-width.ts';

/** What was set aside: when, which item and its code; the reason, which is what people need, on a line of its own. */
export function asideText(page: Page, asides: readonly StoredAside[], mask: Mask, timeZone: string): string {
  const rows = asides.map((aside): Cell[] => [
    { text: localMoment(aside.at, timeZone) },
    { text: aside.enrollment },
    { text: itemName(aside, mask) },
    { text: aside.code, style: 'yellow' },
  ]);
  const lines = table(page, rows).split('\n');
  return asides
    .map(({ reason, dismissed }, i) => {
      const words = dismissed ? `dismissed by ${dismissed.by}: ${dismissed.reason} (${reason})` : reason;
      return `${lines[i]}\n${fitText(`      ${words}`, page.columns)}`;
    })
    .join('\n');
}

/** An item by what its key says; a key of another form is shown as it stands, control characters apart. */
function itemName({ program, enrollment, sk }: StoredAside, mask: Mask): string {
  const place = parseEvidenceKeys(`${program}#EVIDENCE#${enrollment}`, sk);
  const name = place
    ? `${place.requirement} ${place.evidence}${place.part === 'evidence' ? '' : ` ${place.part}`}`
    : sk;
  return fitText(mask.ids(name).replace(/\p{Cc}/gu, '?'), 44);
}
