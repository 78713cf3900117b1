import { instantOf } from '../../functions/domain/time.ts';
import type { ApiCalls, Said } from './api-calls.ts';
import { type Apprentice, assessor, type Deed } from './histories.ts';
import type { Answer, Insistence } from './insist.ts';
import { submissionOf } from './submission.ts';

/** Those who act over HTTP: each thing that they want has a key of its own, and is sent under it until it is answered. */
export type ApiPeople = {
  enroll(apprentice: Apprentice): Promise<void>;
  /** Says whether the API has such a deed: a hand in the table has other ways. */
  doDeed(apprentice: Apprentice, deed: Deed, step: number): Promise<boolean>;
  /** The deed with the id that the API gave its piece of evidence. */
  withId(apprentice: Apprentice, deed: Deed): Deed;
  /** One look, which changes nothing. */
  look(apprentice: Apprentice): Promise<void>;
};

/** One write: to whom it goes, and what state of that was seen, is looked up anew at each try. */
type Wanted = {
  role: 'apprentice' | 'assessor' | 'administrator';
  body: unknown;
  aim(): Promise<Aim | Answer>;
  told?(json: Said['json']): void;
};
type Aim = { path: string; ifMatch?: string | undefined };
type Place = { requirement: string; evidence: string };

export function apiPeople(calls: ApiCalls, now: () => number, { insist }: Pick<Insistence, 'insist'>): ApiPeople {
  const ids = new Map<string, string>();
  const placeOf = ({ ref }: Apprentice, place: Place) => `${ref.enrollment} ${place.requirement} ${place.evidence}`;
  const idOf = (apprentice: Apprentice, place: Place) => ids.get(placeOf(apprentice, place)) ?? place.evidence;

  const persist = (whose: Apprentice, what: string, key: string, { role, body, aim, told }: Wanted) =>
    insist(`${whose.ref.enrollment} ${what} over HTTP`, async () => {
      const aimed = await aim();
      if ('outcome' in aimed) return aimed;
      const said = await calls.write(callerOf(whose, role), aimed.path, { key, body, ifMatch: aimed.ifMatch });
      if ('outcome' in said) return said;
      told?.(said.json);
      return { outcome: 'done' };
    });

  const wantedOf = (whose: Apprentice, deed: Deed): Wanted | undefined => {
    const { enrollment } = whose.ref;
    const at = `/enrollments/${enrollment}`;
    const see = (path: string) => calls.read(callerOf(whose, 'administrator'), path);
    switch (deed.do) {
      case 'submit': {
        // The API gives the piece its id: were it submitted twice, there would be two.
        const { evidence: _, submittedBy: __, ...body } = submissionOf(whose, deed, instantOf(now()));
        const told: Wanted['told'] = (json) => ids.set(placeOf(whose, deed), String(json.evidence));
        return { role: 'apprentice', body, aim: async () => ({ path: `${at}/evidence` }), told };
      }
      case 'assess': {
        const body = { requirement: deed.requirement, evidence: idOf(whose, deed), outcome: deed.outcome };
        return { role: 'assessor', body, aim: async () => ({ path: `${at}/assessments` }) };
      }
      case 'withdraw': {
        const path = `${at}/evidence/${deed.requirement}/${idOf(whose, deed)}/withdrawal`;
        return { role: 'apprentice', body: {}, aim: async () => ({ path }) };
      }
      case 'reissue': {
        const body = { achievement: 'completion', name: `${whose.apprentice.name} Corrected` };
        const aim = async () => {
          const seen = await see(at);
          return 'outcome' in seen ? seen : { path: `${at}/reissues`, ifMatch: seen.etag };
        };
        return { role: 'administrator', body, aim };
      }
      case 'revoke': {
        const aim = async () => {
          const seen = await seeCompletion(see, enrollment);
          const path = (json: Said['json']) => `/credentials/${json.credential}/revocation`;
          return 'outcome' in seen ? seen : { path: path(seen.json), ifMatch: seen.etag };
        };
        return { role: 'administrator', body: { enrollment, code: 'other', reason: 'A drill.' }, aim };
      }
      case 'resend': {
        const aim = async () => {
          const credential = await seeCompletion(see, enrollment);
          if ('outcome' in credential) return credential;
          const seen = await see(`${at}/deliveries`);
          if ('outcome' in seen) return seen;
          const email = itemOf(seen, 'delivery', credential.json.delivery);
          return { path: `/deliveries/${email.delivery}/resend`, ifMatch: String(email.etag) };
        };
        const email = `${whose.apprentice.id}.again@apprentices.example`;
        return { role: 'administrator', body: { enrollment, email }, aim };
      }
      default:
        return undefined;
    }
  };

  return {
    enroll(whose) {
      const { ref, apprentice, enrolledOn } = whose;
      const body = { enrollment: ref.enrollment, apprentice, enrolledOn };
      const wanted: Wanted = { role: 'administrator', body, aim: async () => ({ path: '/enrollments' }) };
      return persist(whose, 'enroll', `${ref.enrollment}-enroll`, wanted);
    },
    async doDeed(whose, deed, step) {
      const wanted = wantedOf(whose, deed);
      if (wanted) await persist(whose, deed.do, `${whose.ref.enrollment}-${step}-${deed.do}`, wanted);
      return wanted !== undefined;
    },
    withId: (whose, deed) => ('evidence' in deed ? { ...deed, evidence: idOf(whose, deed) } : deed),
    async look(whose) {
      await calls.read(callerOf(whose, 'administrator'), `/enrollments/${whose.ref.enrollment}/progress`);
    },
  };
}

function callerOf({ ref, apprentice }: Apprentice, role: Wanted['role']) {
  const id = { apprentice: apprentice.id, assessor, administrator: 'administrator' }[role];
  return { program: ref.program, role, id };
}

/** The apprentice's certificate of completion, the newest, as its own address tells of it. */
async function seeCompletion(
  see: (path: string) => Promise<Said | Answer>,
  enrollment: string,
): Promise<Said | Answer> {
  const listed = await see(`/credentials?enrollment=${enrollment}`);
  if ('outcome' in listed) return listed;
  const { credential } = itemOf(listed, 'achievement', 'completion');
  return see(`/credentials/${credential}?enrollment=${enrollment}`);
}

function itemOf({ json }: Said, field: string, value: unknown): Record<string, unknown> {
  const found = (json.items as Record<string, unknown>[]).find((each) => each[field] === value);
  if (!found) throw new Error(`nothing listed has ${field} ${value}`);
  return found;
}
