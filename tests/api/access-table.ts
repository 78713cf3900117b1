import type { Role } from '../../functions/api/caller.ts';
import type { ApiWorld, Asking } from './api-world.ts';

/** A record of `harbor` that a cell asks for; each cell has one of its own, so that none depends on another. */
export type Place = { enrollment: string; apprentice: string; etag: string };

export type Row = {
  /**
   * The answer's status for each role, in four cells: the caller's token is of the record's program and the record is
   * the caller's own; of its program, somebody else's; then the same two with a token of another program, where the
   * caller goes by the same id. `nobody` sends no token.
   */
  cells: Record<Role, string> & { nobody: string };
  /** A request that is good in itself; without it, the path alone. `{enrollment}` is put in. */
  request?: (place: Place, world: ApiWorld) => Asked | Promise<Asked>;
};
type Asked = Pick<Asking, 'body' | 'headers'> & { params?: Record<string, string>; query?: string; form?: string };

const open = '200 200 200 200';
const none = '403 403 403 403';
const all = (cells: string) => ({
  administrator: cells,
  assessor: cells,
  apprentice: cells,
  auditor: cells,
  operator: cells,
});
const anyRecord = '200 200 404 404';
const ownRecord = '200 404 404 404';
/** Staff read every record of their program, apprentices their own. */
const readers = {
  administrator: anyRecord,
  assessor: anyRecord,
  auditor: anyRecord,
  operator: anyRecord,
  apprentice: ownRecord,
  nobody: '401',
};
const administrators = (cells: string) => ({ ...all(none), administrator: cells, nobody: '401' });

/** Every route of the application. One that is missing here fails the test. */
export const accessTable: Record<string, Row> = {
  'GET /healthz': { cells: { ...all(open), nobody: '200' } },
  'GET /openapi.json': { cells: { ...all(open), nobody: '200' } },
  'GET /docs': { cells: { ...all(open), nobody: '200' } },
  'GET /programs': { cells: { ...all(open), nobody: '401' } },
  'GET /frameworks/{id}/{version}': {
    cells: { ...all(open), nobody: '401' },
    request: () => ({ params: { id: 'small', version: '1' } }),
  },
  'GET /enrollments': { cells: { ...all(open), nobody: '401' } },
  'POST /enrollments': {
    cells: administrators('201 201 201 201'),
    request: () => ({ body: { apprentice: { id: 'new-one', name: 'New One', email: 'new@apprentices.example' } } }),
  },
  'GET /enrollments/{enrollment}': { cells: readers },
  'GET /enrollments/{enrollment}/progress': { cells: readers },
  'POST /enrollments/{enrollment}/leaving': {
    cells: administrators(anyRecord),
    request: ({ etag }) => ({ body: { code: 'resigned', reason: 'Took another job' }, headers: { 'if-match': etag } }),
  },
  'POST /enrollments/{enrollment}/resumption': {
    cells: administrators('409 409 404 404'),
    request: ({ etag }) => ({ headers: { 'if-match': etag } }),
  },
  'GET /audit/access': {
    cells: { ...all(none), administrator: open, auditor: open, nobody: '401' },
    request: () => ({ query: '?from=2026-01-01&to=2026-01-31' }),
  },
};
