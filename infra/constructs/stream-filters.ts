import { evidenceSortPrefix, ownMark } from '../../functions/domain/evidence.ts';

const unmarked = { [ownMark]: { BOOL: [{ exists: false }] } };

/**
 * Which records of the table's stream wake evaluate; any of these patterns lets one through. Filters know a text's
 * beginning and end and not its middle, so that a partition of evidence (`{program}#EVIDENCE#{enrollment}`) cannot be
 * told by its key. A record passes by its sort key, or where neither image carries our mark: what some hand put into a
 * partition of evidence under another key is set aside like any bad input, and no write of our own passes.
 * Rules: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html (`exists` works on leaves alone).
 */
export const streamFilters = [
  { dynamodb: { Keys: { sk: { S: [{ prefix: evidenceSortPrefix }] } } } },
  { dynamodb: { NewImage: unmarked, OldImage: unmarked } },
];
