import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assessEvidence, submitEvidence } from '../../functions/acts/evidence.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.stop());

const person = (id: string) => ({ id, name: id, email: `${id}@apprentices.example` });

async function send(path: string, form: Record<string, string>, actor: string, role: string, language = 'en') {
  const answer = await world.ask('POST', path, {
    body: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: world.origin,
      'accept-language': language,
      cookie: `__Host-session=${await world.issuer.tokenOf(actor, `harbor:${role}`)}`,
    },
  });
  return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
}

/** What the page names as wrong: by field, in the summary and beside the field, which say the same. */
function wrongIn(text: string): Record<string, string> {
  const summary = text.matchAll(/<li><a href="#field-(\w+)">(?:[^<]*?: )?([^<:]*)<\/a><\/li>/g);
  const beside = text.matchAll(/<p class="error" id="field-(\w+)-error">([^<]*)<\/p>/g);
  const [listed, shown] = [summary, beside].map((found) =>
    Object.fromEntries([...found].map(([, field = '', message = '']) => [field, message])),
  );
  expect(listed).toEqual(shown);
  return shown ?? {};
}

describe('the form that enrolls', () => {
  const sound = { name: 'Ana Díaz', email: 'ana@apprentices.example', id: 'ana' };
  const enroll = (form: Record<string, string>, language?: string) =>
    send('/enroll', { ...sound, ...form }, 'ada', 'administrator', language);

  test.each([
    ['name', 'x'.repeat(121), /1 to 120 characters/, /1 a 120 caracteres/],
    ['id', 'ana diaz', /letters, digits, hyphens and underscores/, /letras, cifras, guiones/],
    ['id', 'x'.repeat(129), /at most 128/, /128 como mucho/],
    ['email', 'nobody', /not an email address/, /no es una dirección/],
    ['enrolledOn', 'tomorrow', /a day/, /un día/],
  ])('says what is wrong with the %s', async (field, value, english, spanish) => {
    for (const [language, words] of [
      ['en', english],
      ['es', spanish],
    ] as const) {
      const { status, text } = await enroll({ [field]: value }, language);
      expect([status, Object.keys(wrongIn(text))]).toEqual([422, [field]]);
      expect(wrongIn(text)[field]).toMatch(words);
    }
  });

  test('names all that is wrong at once, what is empty and what does not fit', async () => {
    const { text } = await enroll({ name: 'a\u202eb', email: 'nobody', id: 'a b' });
    expect(Object.keys(wrongIn(text)).sort()).toEqual(['email', 'id', 'name']);
    const mixed = await enroll({ name: '', id: 'a b' });
    expect(wrongIn(mixed.text)).toMatchObject({ name: 'Fill this in', id: expect.stringMatching(/letters/) });
  });
});

test('the form that corrects names both a name and an address that do not fit', async () => {
  const { version, fence } = await world.enroll({ enrollment: 'enr-correct', apprentice: person('cora') });
  const form = { name: 'x'.repeat(121), email: 'nobody', seen: `${version}.${fence}` };
  const { status, text } = await send('/people/enr-correct/correction', form, 'ada', 'administrator');
  expect([status, Object.keys(wrongIn(text)).sort()]).toEqual([422, ['email', 'name']]);
});

describe('the form that hands evidence in', () => {
  const sound = { requirement: 'engage-1', occurredOn: '2026-02-01', attestation: 'Did it.' };
  beforeAll(() => world.enroll({ enrollment: 'enr-form', apprentice: person('ben') }));
  const handIn = (form: Record<string, string>, language?: string) =>
    send('/me/evidence', { ...sound, ...form }, 'ben', 'apprentice', language);

  test.each([
    ['attestation', 'x'.repeat(2001), /2,000/],
    ['pointer', 'x'.repeat(501), /500/],
    ['hours', '99999', /2,000/],
    ['hours', 'many', /number/],
    ['hours', '0', /0\.01/],
    ['occurredOn', 'soon', /a day/],
    ['requirement', 'no such thing', /of the list/],
  ])('says what is wrong with the %s', async (field, value, words) => {
    const { status, text } = await handIn({ [field]: value });
    expect([status, Object.keys(wrongIn(text))]).toEqual([422, [field]]);
    expect(wrongIn(text)[field]).toMatch(words);
    expect(Object.keys(wrongIn((await handIn({ [field]: value }, 'es')).text))).toEqual([field]);
  });

  test('asks for the rest of a certificate of which a part is given', async () => {
    const cpr = { requirement: 'cert-cpr', issuer: 'Red Cross' };
    expect(wrongIn((await handIn(cpr)).text)).toEqual({
      number: expect.stringMatching(/needs this too/),
      issuedOn: expect.stringMatching(/needs this too/),
    });
    const dates = { ...cpr, number: 'x'.repeat(81), issuedOn: '2026-02-01', expiresOn: '2026-01-01' };
    const wrong = wrongIn((await handIn(dates)).text);
    expect(Object.keys(wrong).sort()).toEqual(['expiresOn', 'number']);
    expect([wrong.number, wrong.expiresOn]).toEqual([expect.stringMatching(/80/), expect.stringMatching(/before/)]);
  });

  test('asks for no more of a certificate where none is wanted', async () => {
    const { text } = await handIn({ number: '7' });
    expect(wrongIn(text)).toEqual({ number: expect.stringMatching(/Leave them empty/) });
  });

  test('leads to the certificate’s fields where they are missing or not wanted', async () => {
    const whole = { issuer: 'Red Cross', number: '7', issuedOn: '2026-02-01' };
    expect(wrongIn((await handIn({ requirement: 'cert-cpr' })).text)).toEqual({
      issuer: expect.stringMatching(/needs who issued it/),
    });
    expect(wrongIn((await handIn(whole)).text)).toEqual({ issuer: expect.stringMatching(/Leave them empty/) });
    expect(await handIn({ ...whole, requirement: 'cert-cpr' })).toMatchObject({ status: 303 });
  });
});

describe('the assessor’s desk, when others decided meanwhile', () => {
  const pieces = ['engage-1', 'engage-2'].map((requirement) => ({ requirement, evidence: `of-${requirement}` }));
  const desk = async (enrollment: string) => {
    const ref = await world.enroll({ enrollment, apprentice: person(`dora-${enrollment}`) });
    const submittedBy = `dora-${enrollment}`;
    const more = { submittedBy, occurredOn: '2026-02-01', attestation: 'Did it.' };
    await submitEvidence(
      world.ports,
      ref,
      pieces.map((piece) => ({ ...piece, ...more })),
    );
    const path = `/assess/${enrollment}`;
    const cookie = `__Host-session=${await world.issuer.tokenOf('assessor-1', 'harbor:assessor')}`;
    const page = await (await world.ask('GET', path, { headers: { cookie } })).text();
    const shown = [...page.matchAll(/<input type="hidden" name="(shown[^"]+)" value="([^"]+)"/g)];
    return { ref, path, form: Object.fromEntries(shown.map(([, name = '', value = '']) => [name, value])) };
  };
  const decided = (ref: { program: string; enrollment: string }, of: typeof pieces, assessor: string) =>
    assessEvidence(
      world.ports,
      ref,
      of.map((piece) => ({ ...piece, assessor, outcome: 'met' as const })),
    );

  test('says that all was decided already, and by whom', async () => {
    const { ref, path, form } = await desk('enr-late');
    await decided(ref, pieces, 'apprentice-1');
    const { status, text } = await send(path, { ...form, whole: 'engage' }, 'assessor-1', 'assessor');
    expect(status).toBe(422);
    expect(text).toContain('It was decided already, by Apprentice One.');
    expect(text).not.toContain('Decide at least one piece');
    const single = { ...form, 'decision.engage-1.of-engage-1': 'not-met' };
    const spanish = await send(path, single, 'apprentice-1', 'assessor', 'es');
    expect(spanish.text).toContain('Ya estaba decidido, por usted.');
  });

  test('takes what still waits, and says that not all of it did', async () => {
    const { ref, path, form } = await desk('enr-half');
    await decided(ref, pieces.slice(0, 1), 'apprentice-1');
    const answer = await world.ask('POST', path, {
      body: new URLSearchParams({ ...form, whole: 'engage' }).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: world.origin,
        cookie: `__Host-session=${await world.issuer.tokenOf('assessor-1', 'harbor:assessor')}`,
      },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('set-cookie')).toContain('done.partly_assessed');
  });

  test('asks to decide something where nothing was chosen of what is gone', async () => {
    const { ref, path, form } = await desk('enr-none');
    await decided(ref, pieces.slice(0, 1), 'apprentice-1');
    const { text } = await send(path, { ...form, whole: '' }, 'assessor-1', 'assessor');
    expect(text).toContain('Decide at least one piece');
  });
});
