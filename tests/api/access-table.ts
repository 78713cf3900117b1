import type { Role } from '../../functions/api/caller.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import { credentialStamp, deliveryStamp } from '../../functions/domain/stamp.ts';
import type { ApiWorld, Asking } from './api-world.ts';
import { putCredential, putEvidence } from './put-records.ts';

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

/** Everybody alike, signed in or not. */
const everybody = (status: number) => ({ ...all(Array(4).fill(status).join(' ')), nobody: String(status) });
/** Whoever is not signed in is sent to sign in. */
const only = (cells: string, ...of: Role[]) => ({
  ...all(none),
  ...Object.fromEntries(of.map((role) => [role, cells])),
  nobody: '303',
});
const offices: Role[] = ['administrator', 'operator'];
const unknown = '404 404 404 404';
const credential = () => ({ params: { credential: 'none' } });
const delivery = () => ({ params: { delivery: 'none' } });
const emptyForm = (more: object = {}) => ({ form: 'seen=0.0', ...more });

/** The pages. A form that is sent empty shows itself again (422), to those who may send it at all. */
const pageTable: Record<string, Row> = {
  'GET /web/{name}': { cells: everybody(200), request: () => ({ params: { name: 'style.css' } }) },
  'GET /': { cells: everybody(200) },
  'GET /sign-in': { cells: everybody(200) },
  'GET /sign-in/continue': { cells: everybody(303) },
  'GET /signed-in': { cells: everybody(303) },
  'POST /sign-out': { cells: everybody(303), request: () => ({ form: '' }) },
  'GET /signed-out': { cells: everybody(200) },
  'GET /v': { cells: everybody(200) },
  'GET /v/{code}': { cells: everybody(404), request: () => ({ params: { code: 'nobody-has-this' } }) },
  'GET /cohort': { cells: only(open, ...offices) },
  'GET /enroll': { cells: only(open, 'administrator') },
  'POST /enroll': { cells: only('422 422 422 422', 'administrator'), request: () => emptyForm() },
  'GET /people/{enrollment}': { cells: only(anyRecord, ...offices) },
  'GET /people/{enrollment}/correction': { cells: only(anyRecord, 'administrator') },
  'POST /people/{enrollment}/correction': {
    cells: only('422 422 404 404', 'administrator'),
    request: () => emptyForm(),
  },
  'GET /people/{enrollment}/revocation/{credential}': { cells: only(unknown, 'administrator'), request: credential },
  'POST /people/{enrollment}/revocation/{credential}': {
    cells: only(unknown, 'administrator'),
    request: () => emptyForm(credential()),
  },
  'GET /people/{enrollment}/reissue/{credential}': { cells: only(unknown, 'administrator'), request: credential },
  'POST /people/{enrollment}/reissue/{credential}': {
    cells: only(unknown, 'administrator'),
    request: () => emptyForm(credential()),
  },
  'GET /people/{enrollment}/resend/{delivery}': { cells: only(unknown, ...offices), request: delivery },
  'POST /people/{enrollment}/resend/{delivery}': {
    cells: only(unknown, ...offices),
    request: () => emptyForm(delivery()),
  },
  'GET /people/{enrollment}/leaving': { cells: only(anyRecord, 'administrator') },
  'POST /people/{enrollment}/leaving': { cells: only('422 422 404 404', 'administrator'), request: () => emptyForm() },
  'GET /people/{enrollment}/resumption': { cells: only(anyRecord, 'administrator') },
  'POST /people/{enrollment}/resumption': {
    // It has no field to leave empty; that it was made from no state of the record, it is told.
    cells: only('412 412 404 404', 'administrator'),
    request: () => emptyForm(),
  },
  'GET /people/{enrollment}/credentials/{credential}/document': {
    cells: only(unknown, 'administrator'),
    request: credential,
  },
  'GET /assess': { cells: only(open, 'assessor') },
  // Their own evidence is refused to them, whatever their role.
  'GET /assess/{enrollment}': { cells: only('403 200 404 404', 'assessor') },
  'POST /assess/{enrollment}': { cells: only('403 422 404 404', 'assessor'), request: () => emptyForm() },
  'GET /me': { cells: only(open, 'apprentice') },
  'GET /me/evidence': { cells: only(open, 'apprentice') },
  'POST /me/evidence': { cells: only('422 404 404 404', 'apprentice'), request: () => emptyForm() },
  'GET /me/credentials/{credential}/document': { cells: only(unknown, 'apprentice'), request: credential },
  'GET /exports/{export}': {
    cells: only(unknown, 'administrator', 'auditor'),
    request: () => ({ params: { export: 'none' } }),
  },
  'GET /records': { cells: only(open, 'administrator', 'auditor') },
  'POST /records': { cells: only('422 422 422 422', 'administrator', 'auditor'), request: () => emptyForm() },
  'GET /records/{enrollment}/credentials/{credential}/document': {
    cells: only(unknown, 'auditor'),
    request: credential,
  },
  'GET /records/{enrollment}': { cells: only(anyRecord, 'auditor') },
};

/** Apprentices submit for themselves, administrators for anybody of the program. */
const submitters = (status: string) => ({
  ...administrators(`${status} ${status} 404 404`),
  apprentice: `${status} 404 404 404`,
});
const piece = { requirement: 'engage-1', occurredOn: '2026-02-01', attestation: 'Did it; the proof is in the binder.' };
const judgement = { requirement: 'engage-1', evidence: 'e1', outcome: 'met' };

/** Found by its id alone. */
async function aCredential({ enrollment }: Place, { ports }: ApiWorld) {
  const credential = await putCredential(ports.store, { program: 'harbor', enrollment });
  const headers = { 'if-match': `"${credentialStamp(credential)}"` };
  return { params: { credential: credential.credentialId }, headers };
}

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
    request: () => ({
      body: { apprentice: { id: 'new-one', name: 'New One', email: 'new@apprentices.example' }, again: true },
    }),
  },
  'GET /enrollments/{enrollment}': { cells: readers },
  'PATCH /enrollments/{enrollment}': {
    cells: administrators(anyRecord),
    request: ({ etag }) => ({ body: { email: 'moved@apprentices.example' }, headers: { 'if-match': etag } }),
  },
  'GET /enrollments/{enrollment}/progress': { cells: readers },
  'POST /enrollments/{enrollment}/leaving': {
    cells: administrators(anyRecord),
    request: ({ etag }) => ({ body: { code: 'resigned', reason: 'Took another job' }, headers: { 'if-match': etag } }),
  },
  'POST /enrollments/{enrollment}/resumption': {
    cells: administrators('409 409 404 404'),
    request: ({ etag }) => ({ headers: { 'if-match': etag } }),
  },
  'GET /enrollments/{enrollment}/evidence': {
    cells: { ...readers, operator: none },
    request: async ({ enrollment }, { ports }) => {
      await putEvidence(ports.store, { program: 'harbor', enrollment }, 'e1');
      return {};
    },
  },
  'POST /enrollments/{enrollment}/evidence': { cells: submitters('201'), request: () => ({ body: piece }) },
  'POST /enrollments/{enrollment}/evidence/batch': {
    cells: submitters('200'),
    request: () => ({ body: { pieces: [piece, {}] } }),
  },
  'POST /enrollments/{enrollment}/evidence/{requirement}/{evidence}/withdrawal': {
    cells: submitters('200'),
    request: async ({ enrollment }, { ports }) => {
      await putEvidence(ports.store, { program: 'harbor', enrollment }, 'e1');
      return { params: { requirement: 'engage-1', evidence: 'e1' }, body: { reason: 'The wrong shift' } };
    },
  },
  // Neither is on the program's roster, and nobody assesses their own: what an assessor may is tested beside the routes.
  'POST /enrollments/{enrollment}/assessments': {
    cells: { ...all(none), assessor: '403 403 404 404', nobody: '401' },
    request: async ({ enrollment }, { ports }) => {
      await putEvidence(ports.store, { program: 'harbor', enrollment }, 'e1');
      return { body: judgement };
    },
  },
  'POST /enrollments/{enrollment}/assessments/batch': {
    cells: { ...all(none), assessor: anyRecord, nobody: '401' },
    request: () => ({ body: { assessments: [judgement, {}] } }),
  },
  'GET /credentials': {
    cells: { ...readers, assessor: none },
    request: async ({ enrollment }, { ports }) => {
      await putCredential(ports.store, { program: 'harbor', enrollment });
      return { query: `?enrollment=${enrollment}` };
    },
  },
  'GET /credentials/{credential}': { cells: { ...readers, assessor: none }, request: aCredential },
  'GET /credentials/{credential}/document': {
    cells: { ...readers, assessor: none, operator: none },
    request: aCredential,
  },
  'POST /credentials/{credential}/revocation': {
    cells: administrators(anyRecord),
    request: async (place, world) => ({
      ...(await aCredential(place, world)),
      body: { code: 'other', reason: 'As was decided' },
    }),
  },
  // Nothing was ever issued that could be issued anew.
  'POST /enrollments/{enrollment}/reissues': {
    cells: administrators('409 409 404 404'),
    request: ({ etag }) => ({ body: {}, headers: { 'if-match': etag } }),
  },
  'GET /enrollments/{enrollment}/deliveries': {
    cells: { ...readers, assessor: none },
    request: async ({ enrollment }, { ports }) => {
      await putCredential(ports.store, { program: 'harbor', enrollment });
      return {};
    },
  },
  'POST /deliveries/{delivery}/resend': {
    cells: { ...all(none), administrator: '202 202 404 404', operator: '202 202 404 404', nobody: '401' },
    request: async ({ enrollment }, { ports }) => {
      const ref = { program: 'harbor', enrollment };
      const { delivery } = await putCredential(ports.store, ref);
      const stored = (await ports.store.readDelivery(ref, delivery)) as Delivery;
      return { params: { delivery }, body: { enrollment }, headers: { 'if-match': `"${deliveryStamp(stored)}"` } };
    },
  },
  'GET /audit/access': {
    cells: { ...all(none), administrator: open, auditor: open, nobody: '401' },
    request: () => ({ query: '?from=2026-01-01&to=2026-01-31' }),
  },
  // A token of another program asks for `harbor`'s records: refused, and on record in the caller's own program.
  'POST /audit/exports': {
    cells: { ...all(none), administrator: '202 202 403 403', auditor: '202 202 403 403', nobody: '401' },
    request: () => ({ body: { program: 'harbor' } }),
  },
  'GET /audit/exports': { cells: { ...all(none), administrator: open, auditor: open, nobody: '401' } },
  'GET /audit/exports/{export}': {
    cells: { ...all(none), administrator: unknown, auditor: unknown, nobody: '401' },
    request: () => ({ params: { export: 'none' } }),
  },
  ...pageTable,
};
