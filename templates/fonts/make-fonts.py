"""Makes the fonts of this folder from published ones. See README.md. Usage: make-fonts.py SOURCES OUT [NAME...]"""
import math
import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.otlLib import builder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

# What scripts share: a stretch of text keeps its font across these. Letters and digits are Garamond's.
SHARED = [c for c in range(0x20, 0x7F) if not chr(c).isalnum()]
SHARED += [0xA0, 0xAB, 0xB7, 0xBB, *range(0x2010, 0x2016), *range(0x2018, 0x201F), 0x2026, 0x2039, 0x203A]
JOINERS = [0x200C, 0x200D]


def span(*ranges):
    return [c for first, last in ranges for c in range(first, last + 1)]


GARAMOND = span(
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1C80, 0x1C8F),
    (0x1D00, 0x1DFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF), (0x2100, 0x214F),
    (0x2190, 0x2193), (0x2212, 0x2212), (0x2C60, 0x2C7F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F), (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F), (0xFB00, 0xFB04))
# Neither what is invisible, nor strokes laid over a letter: the font has no place for them.
GARAMOND = [c for c in GARAMOND if unicodedata.category(chr(c)) not in ('Cf', 'Cc', 'Zl', 'Zp') and not 0x334 <= c <= 0x338]

EASTERN = SHARED + [0x2025, 0x2027] + span((0x3000, 0x303F), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
KANA = span((0x3040, 0x30FF), (0x31F0, 0x31FF))
HAN = span((0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
EXTENSION_A = span((0x3400, 0x4DBF))
# Of the rare characters of Extension A: those of the Chinese state's table for general use, and of Hong Kong's set.
GENERAL_USE = ('㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛'
               '䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮')
CHINESE_A = [c for c in EXTENSION_A if chr(c) in GENERAL_USE or chr(c).encode('big5hkscs', 'ignore')]

SCRIPT_FEATURES = subset.Options().layout_features
EASTERN_FEATURES = ['ccmp', 'locl', 'mark', 'mkmk']
GARAMOND_FEATURES = ['kern', 'mark', 'mkmk', 'smcp', 'onum', 'lnum', 'tnum', 'pnum', 'liga', 'locl', 'rlig']

EXPO = 'expo-google-fonts-{}/package/{}/{}.ttf'
FONTS = {
    'EBGaramond-Regular': (EXPO.format('eb-garamond-0.4.3', '400Regular', 'EBGaramond_400Regular'), GARAMOND, GARAMOND_FEATURES),
    'EBGaramond-Italic': (EXPO.format('eb-garamond-0.4.3', '400Regular_Italic', 'EBGaramond_400Regular_Italic'), GARAMOND, GARAMOND_FEATURES),
    'EBGaramond-SemiBold': (EXPO.format('eb-garamond-0.4.3', '600SemiBold', 'EBGaramond_600SemiBold'), GARAMOND, GARAMOND_FEATURES),
    'NotoSerifHebrew-Regular': (EXPO.format('noto-serif-hebrew-0.4.2', '400Regular', 'NotoSerifHebrew_400Regular'),
                                SHARED + span((0x590, 0x5FF), (0xFB1D, 0xFB4F)), SCRIPT_FEATURES),
    'Amiri-Regular': (EXPO.format('amiri-0.4.1', '400Regular', 'Amiri_400Regular'),
                      SHARED + JOINERS + span((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF)), SCRIPT_FEATURES),
    'NotoSerifDevanagari-Regular': (EXPO.format('noto-serif-devanagari-0.4.1', '400Regular', 'NotoSerifDevanagari_400Regular'),
                                    SHARED + JOINERS + span((0x900, 0x97F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)), SCRIPT_FEATURES),
    'NotoSerifThai-Regular': ('fonts-noto-core/usr/share/fonts/truetype/noto/NotoSerifThai-Regular.ttf',
                              SHARED + span((0xE00, 0xE7F)), SCRIPT_FEATURES),
    'NotoSerifSC-Regular': (EXPO.format('noto-serif-sc-0.4.3', '400Regular', 'NotoSerifSC_400Regular'),
                            EASTERN + HAN + CHINESE_A + span((0x3100, 0x312F), (0x31A0, 0x31BF)), EASTERN_FEATURES),
    'NotoSerifJP-Regular': (EXPO.format('noto-serif-jp-0.4.3', '400Regular', 'NotoSerifJP_400Regular'),
                            EASTERN + KANA + HAN + EXTENSION_A, EASTERN_FEATURES),
    'NotoSerifKR-Regular': (EXPO.format('noto-serif-kr-0.4.3', '400Regular', 'NotoSerifKR_400Regular'),
                            EASTERN + span((0x3130, 0x318F), (0xAC00, 0xD7A3)), EASTERN_FEATURES),
}
DROPPED = ['STAT', 'prep', 'fpgm', 'cvt ', 'gasp', 'DSIG', 'vhea', 'vmtx', 'VORG', 'BASE']


def attach_marks_to_every_letter(font):
    """The capitals, and some letters of African languages, have no place for a mark to stand: give them one, in the
    middle above and below their outline, as far from it as the other letters have theirs. A letter that has an accent
    already gets its place above the accent."""
    letters = {g: c for c, g in font.getBestCmap().items() if unicodedata.category(chr(c))[0] == 'L'}
    glyf, slope = font['glyf'], math.tan(math.radians(-font['post'].italicAngle))
    for lookup in font['GPOS'].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, 'ExtSubTable', table)
            if table.LookupType != 4:
                continue
            records = dict(zip(table.BaseCoverage.glyphs, table.BaseArray.BaseRecord))
            if font.getBestCmap()[ord('o')] not in records:
                continue
            reference = records[font.getBestCmap()[ord('o')]].BaseAnchor[0].YCoordinate
            o = glyf[font.getBestCmap()[ord('o')]]
            above = reference > 0
            for name in letters:
                outline = glyf[name]
                if (name in records and not carries_mark(letters[name], above)) or outline.numberOfContours == 0:
                    continue
                anchor = otTables.Anchor()
                anchor.Format = 1
                anchor.YCoordinate = round(outline.yMax + reference - o.yMax if above else outline.yMin + reference - o.yMin)
                middle = (outline.yMax + outline.yMin) / 2
                anchor.XCoordinate = round((outline.xMin + outline.xMax) / 2 + slope * (anchor.YCoordinate - middle))
                record = otTables.BaseRecord()
                record.BaseAnchor = [anchor]
                records[name] = record
            table.BaseCoverage.glyphs = sorted(records, key=font.getGlyphID)
            table.BaseArray.BaseRecord = [records[name] for name in table.BaseCoverage.glyphs]
            table.BaseArray.BaseCount = len(records)


def attach_every_mark(font):
    """Some marks have no anchor, so that the cedilla of `M̧` would hang behind its letter, and a few have one on the wrong
    side. They get one in their middle, at the height that leaves them where they are drawn over or under an `o`."""
    glyf, names = font['glyf'], font.getBestCmap()
    tables = [getattr(table, 'ExtSubTable', table) for lookup in font['GPOS'].table.LookupList.Lookup for table in lookup.SubTable]
    tables = [table for table in tables if table.LookupType == 4]
    sides = {g: unicodedata.combining(chr(c)) for c, g in names.items() if unicodedata.category(chr(c)) == 'Mn'}
    above = next(table for table in tables if names[0x301] in table.MarkCoverage.glyphs)
    below = next(table for table in tables if names[0x323] in table.MarkCoverage.glyphs)
    attached = set()
    for table in tables:
        wrong = (220, 202) if names[0x301] in table.MarkCoverage.glyphs else (230,) if table is below else ()
        records = {n: r for n, r in zip(table.MarkCoverage.glyphs, table.MarkArray.MarkRecord) if sides.get(n) not in wrong}
        attached |= set(records)
        set_marks(font, table, records)
    for table, classes in ((above, (230,)), (below, (220, 202))):
        records = dict(zip(table.MarkCoverage.glyphs, table.MarkArray.MarkRecord))
        height = table.BaseArray.BaseRecord[table.BaseCoverage.glyphs.index(names[ord('o')])].BaseAnchor[0].YCoordinate
        for n in [n for n, side in sides.items() if side in classes and n not in attached and glyf[n].numberOfContours]:
            record = otTables.MarkRecord()
            record.Class, record.MarkAnchor = 0, anchor_at((glyf[n].xMin + glyf[n].xMax) / 2, height)
            records[n] = record
        set_marks(font, table, records)


def set_marks(font, table, records):
    table.MarkCoverage.glyphs = sorted(records, key=font.getGlyphID)
    table.MarkArray.MarkRecord = [records[n] for n in table.MarkCoverage.glyphs]
    table.MarkArray.MarkCount = len(records)


def carries_mark(codepoint, above):
    """Has the letter, taken apart, a mark on that side? The combining classes are Unicode's."""
    parts = unicodedata.normalize('NFD', chr(codepoint))[1:]
    return any(unicodedata.combining(part) == (230 if above else 220) for part in parts)


def stack_marks(font):
    """Two marks on one side of a letter would lie upon one another: a second one stands on the first."""
    gpos, glyf = font['GPOS'].table, font['glyf']
    slope, gap = math.tan(math.radians(-font['post'].italicAngle)), 15
    tables = [getattr(table, 'ExtSubTable', table) for lookup in gpos.LookupList.Lookup for table in lookup.SubTable]
    marks = {}
    for table in tables:
        if table.LookupType == 4:
            marks.update(zip(table.MarkCoverage.glyphs, (each.MarkAnchor for each in table.MarkArray.MarkRecord)))
    added = []
    for above in (True, False):
        names = sorted((n for n in marks if (glyf[n].yMin > 0 < marks[n].YCoordinate if above else glyf[n].yMax < 0)),
                       key=font.getGlyphID)
        ends = {}
        for n in names:
            outline = glyf[n]
            y = outline.yMax + gap if above else outline.yMin - gap
            ends[n] = anchor_at((outline.xMin + outline.xMax) / 2 + slope * (y - (outline.yMax + outline.yMin) / 2), y)
        gpos.LookupList.Lookup.append(builder.buildLookup([mark_to_mark(font, marks, names, ends)], table='GPOS'))
        added.append(len(gpos.LookupList.Lookup) - 1)
    gpos.LookupList.LookupCount = len(gpos.LookupList.Lookup)
    add_to_feature(gpos, 'mkmk', added)


def anchor_at(x, y):
    return builder.buildAnchor(round(x), round(y))


def mark_to_mark(font, marks, names, ends):
    table = otTables.MarkMarkPos()
    table.Format, table.ClassCount = 1, 1
    table.Mark1Coverage = builder.buildCoverage(names, font.getReverseGlyphMap())
    table.Mark2Coverage = builder.buildCoverage(names, font.getReverseGlyphMap())
    table.Mark1Array = builder.buildMarkArray({n: (0, marks[n]) for n in names}, font.getReverseGlyphMap())
    table.Mark2Array = otTables.Mark2Array()
    table.Mark2Array.Mark2Record = []
    for n in names:
        record = otTables.Mark2Record()
        record.Mark2Anchor = [ends[n]]
        table.Mark2Array.Mark2Record.append(record)
    table.Mark2Array.Mark2Count = len(names)
    return table


def add_to_feature(gpos, tag, lookups):
    """The feature of that tag, in every script, gets the lookups too; where there is none it is made, as the last."""
    found = [each.Feature for each in gpos.FeatureList.FeatureRecord if each.FeatureTag == tag]
    if not found:
        record = otTables.FeatureRecord()
        record.FeatureTag, record.Feature = tag, otTables.Feature()
        record.Feature.LookupListIndex = []
        gpos.FeatureList.FeatureRecord.append(record)
        gpos.FeatureList.FeatureCount = len(gpos.FeatureList.FeatureRecord)
        for script in gpos.ScriptList.ScriptRecord:
            systems = [each.LangSys for each in script.Script.LangSysRecord] + [script.Script.DefaultLangSys]
            for system in [each for each in systems if each]:
                system.FeatureIndex.append(gpos.FeatureList.FeatureCount - 1)
                system.FeatureCount = len(system.FeatureIndex)
        found = [record.Feature]
    for feature in found:
        feature.LookupListIndex = sorted(feature.LookupListIndex + lookups)
        feature.LookupCount = len(feature.LookupListIndex)


def make(name, sources, out):
    path, unicodes, features = FONTS[name]
    font = TTFont(sources / path, recalcTimestamp=False)
    options = subset.Options(
        layout_features=features, hinting=False, notdef_outline=True, glyph_names=False, legacy_kern=False,
        drop_tables=subset.Options().drop_tables + DROPPED, name_IDs=[0, 1, 2, 4, 5, 6, 13, 14])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    if name.startswith('EBGaramond'):
        attach_marks_to_every_letter(font)
        attach_every_mark(font)
        stack_marks(font)
    font.save(out / f'{name}.ttf')


if __name__ == '__main__':
    for each in sys.argv[3:] or FONTS:
        make(each, Path(sys.argv[1]), Path(sys.argv[2]))
