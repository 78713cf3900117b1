import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as damage from './damage.ts';
import { printSpecimens, type Specimen, specimenIds } from './specimens.ts';
import { describeWith } from './tools.ts';
import { type Flavour, flavours, judge, type Verdict } from './verapdf.ts';

/** Each harm, and the clauses of ISO 19005-3 or ISO 14289-1 of which one must then be found broken. */
const harms: { harm: string; by: damage.Damage; flavour: Flavour; clauses: RegExp }[] = [
  { harm: 'its language dropped', by: damage.dropLanguage, flavour: 'ua1', clauses: /^7\.2$/ },
  { harm: 'a picture’s alternate text dropped', by: damage.dropAlt, flavour: 'ua1', clauses: /^7\.3$/ },
  { harm: 'a border drawn outside of structure', by: damage.drawUntaggedBorder, flavour: 'ua1', clauses: /^7\.1$/ },
  { harm: 'its title hidden', by: damage.hideTitle, flavour: 'ua1', clauses: /^7\.1$/ },
  { harm: 'a link undescribed', by: damage.dropLinkContents, flavour: 'ua1', clauses: /^7\.18\.\d$/ },
  { harm: 'a letter’s text missing', by: damage.dropToUnicodeEntry, flavour: 'ua1', clauses: /^7\.21\.7$/ },
  { harm: 'its output intent dropped', by: damage.dropOutputIntent, flavour: '3a', clauses: /^6\.2\.4\.3$/ },
  { harm: 'a letter’s text missing', by: damage.dropToUnicodeEntry, flavour: '3a', clauses: /^6\.2\.11\.7/ },
  { harm: 'its metadata dropped', by: damage.dropMetadata, flavour: '3a', clauses: /^6\.6\.2/ },
  { harm: 'the attachment unrelated', by: damage.dropRelationship, flavour: '3a', clauses: /^6\.8$/ },
  { harm: 'glyphs of other widths', by: damage.widenGlyph, flavour: '3a', clauses: /^6\.2\.11\.5$/ },
];

describeWith(['veraPDF'], 'veraPDF judges', () => {
  const verdicts = new Map<Flavour, Map<string, Verdict>>();
  let printed: { folder: string; specimens: Map<string, Specimen> };

  beforeAll(async () => {
    printed = await printSpecimens();
    const good = printed.specimens.get('staten-island-peer-specialist-letter');
    if (!good) throw new Error('the good document is not there');
    const write = async (name: string, by?: damage.Damage) => {
      const path = join(printed.folder, `${name}.pdf`);
      writeFileSync(path, await damage.damaged(good.bytes, by));
      return path;
    };
    const paths = [...printed.specimens.values()].map(({ path }) => path);
    paths.push(await write('unharmed'));
    for (const [i, { by }] of harms.entries()) paths.push(await write(`harm-${i}`, by));
    for (const flavour of flavours) verdicts.set(flavour, judge(flavour, paths));
  }, 300_000);
  afterAll(() => rmSync(printed.folder, { recursive: true, force: true }));

  const verdictOf = (flavour: Flavour, name: string) => verdicts.get(flavour)?.get(`${name}.pdf`);

  describe.each(flavours)('by %s', (flavour) => {
    test.each([...specimenIds, 'thousand-skills'])('%s keeps every rule', (id) => {
      const verdict = verdictOf(flavour, id);
      expect(verdict?.broken).toEqual([]);
      expect(verdict?.compliant).toBe(true);
      // A judge that looked at nothing finds nothing wrong.
      expect(verdict?.checks).toBeGreaterThan(1_000);
    });

    test('a document that was only written anew still keeps every rule', () => {
      expect(verdictOf(flavour, 'unharmed')?.broken).toEqual([]);
    });
  });

  test.each(harms.map((each, i) => ({ ...each, i })))('by $flavour, $harm is found', ({ flavour, clauses, i }) => {
    const verdict = verdictOf(flavour, `harm-${i}`);
    expect(verdict?.compliant).toBe(false);
    expect(verdict?.broken.map(({ clause }) => clause)).toContainEqual(expect.stringMatching(clauses));
  });
});
