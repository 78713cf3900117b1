import { describe, expect, test } from 'vitest';
import { type ChangeApprenticeInput, changeApprentice } from '../../functions/acts/change-apprentice.ts';
import { withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { setParkedAside } from '../../functions/acts/parked.ts';
import { readStatus } from '../../functions/acts/status.ts';
import { printableCheck } from '../../functions/adapters/pdf/printable.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { saltedHash } from '../../functions/domain/hash.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const administrator: Actor = { id: 'office', role: 'administrator' };
const corrected = 'Łukasz Żółw';

async function enrolled(policy: Partial<Policy> = {}) {
  const world = stepsWorld(memoryStore(), policy);
  world.ports.unprintable = printableCheck();
  await world.publish();
  await world.enroll();
  const change = (input: ChangeApprenticeInput) => changeApprentice(world.ports, administrator, ref, input);
  const read = async () => {
    const enrollment = await world.ports.store.readEnrollment(ref);
    if (!enrollment) throw new Error('nobody is enrolled');
    return enrollment;
  };
  return { ...world, change, read };
}

describe('a correction', () => {
  test('of the address changes it, and leaves its hash alone in the ledger', async () => {
    const { change, read, ports } = await enrolled();
    const before = await read();
    expect(await change({ email: 'new@home.example' })).toEqual({ outcome: 'changed', requested: [] });
    const after = await read();
    expect(after.apprentice).toEqual({ ...before.apprentice, email: 'new@home.example' });
    expect([after.version, after.fence]).toEqual([before.version + 1, before.fence]);
    const status = await readStatus(ports, ref);
    if (status.outcome !== 'found') throw new Error('not found');
    const emailHash = saltedHash(after.salt, 'email', 'new@home.example');
    expect(status.ledger.at(-1)).toMatchObject({
      action: 'address-corrected',
      actor: administrator,
      facts: { emailHash },
    });
    expect(JSON.stringify(status.ledger)).not.toContain('new@home');
    expect(status.chainFault).toBeUndefined();
  });

  test('of the name counts the fence up, since a certificate freezes it', async () => {
    const { change, read, record } = await enrolled();
    const { fence } = await read();
    expect(await change({ name: `  ${corrected} ` })).toMatchObject({ outcome: 'changed' });
    expect(await read()).toMatchObject({ apprentice: { name: corrected }, fence: fence + 1 });
    expect((await record()).ledger.at(-1)?.action).toBe('name-corrected');
  });

  test('that says what is there already writes nothing', async () => {
    const { change, read } = await enrolled();
    const before = await read();
    const { name, email } = before.apprentice;
    expect(await change({ name, email })).toEqual({ outcome: 'unchanged', requested: [] });
    expect(await read()).toEqual(before);
  });

  test.each([
    [{}, 'apprentice.nothing'],
    [{ name: 'Ana 🎓' }, 'name.unprintable'],
    [{ name: 'Ana\nBerg' }, 'name.invalid'],
    [{ email: 'nowhere' }, 'email.invalid'],
    [{ name: corrected, email: 'a@b.example\r\nBcc: c@d.example' }, 'email.invalid'],
  ])('of %j is refused, and changes nothing', async (input, code) => {
    const { change, read } = await enrolled();
    const before = await read();
    expect(await change(input)).toMatchObject({ outcome: 'refused', code });
    expect(await read()).toEqual(before);
  });

  test('for a state that has passed is refused', async () => {
    const { change, read, ports } = await enrolled();
    const { version, fence } = await read();
    expect(await change({ email: 'one@home.example', seen: { version, fence } })).toMatchObject({ outcome: 'changed' });
    const late = { email: 'two@home.example', seen: { version, fence } };
    expect(await change(late)).toMatchObject({ outcome: 'refused', code: 'enrollment.stale' });
    const leaving = { code: 'resigned', text: 'Took another job' } as const;
    expect(await withdrawFromProgram(ports, administrator, ref, leaving, { version, fence })).toMatchObject({
      code: 'enrollment.stale',
    });
    expect((await read()).apprentice.email).toBe('one@home.example');
  });

  test('of nobody is refused', async () => {
    const { ports } = await enrolled();
    const nobody = { ...ref, enrollment: 'enr-none' };
    expect(await changeApprentice(ports, administrator, nobody, { name: corrected })).toMatchObject({
      code: 'enrollment.unknown',
    });
  });
});

describe('what is pending under a wrong name', () => {
  test('is asked for anew, and no issue under way passes the correction', async () => {
    const world = await enrolled();
    await world.complete();
    const old = world.issueRequest();
    const answer = await world.change({ name: corrected });
    const fresh = world.issueRequest();
    expect(answer).toEqual({ outcome: 'changed', requested: [fresh.credentialId] });
    expect(fresh.credentialId).not.toBe(old.credentialId);
    expect(await issueCredential(world.ports, old)).toBe('stale');
    expect(await issueCredential(world.ports, fresh)).toBe('issued');
    const { credentials, ledger } = await world.record();
    expect(credentials.map(({ facts }) => facts.name)).toEqual([corrected]);
    const told = ledger.map(({ action, subject }) => `${action} ${subject}`);
    expect(told).toEqual(
      expect.arrayContaining([
        `credential-request-cancelled ${old.credentialId}`,
        `credential-requested ${fresh.credentialId}`,
      ]),
    );
  });

  test('an issue that had read everything before the correction commits nothing', async () => {
    const world = await enrolled();
    await world.complete();
    const old = world.issueRequest();
    const { render } = world.ports.engine;
    let corrections = 0;
    world.ports.engine.render = async (content) => {
      if (corrections++ === 0) await world.change({ name: corrected });
      return render(content);
    };
    expect(await issueCredential(world.ports, old)).toBe('stale');
    expect((await world.record()).credentials).toEqual([]);
  });

  test('an issued certificate keeps the name that it was printed with', async () => {
    const world = await enrolled();
    await world.complete();
    await issueCredential(world.ports, world.issueRequest());
    const before = await world.record();
    expect(await world.change({ name: corrected })).toEqual({ outcome: 'changed', requested: [] });
    expect((await world.record()).credentials).toEqual(before.credentials);
  });

  test('what a person has set aside stays set aside', async () => {
    const world = await enrolled();
    await world.complete();
    const { credentialId } = world.issueRequest();
    const { store } = world.ports;
    const enrollment = await world.read();
    const pending = { ...enrollment.pointers.completion?.pending, parked: 'no font' } as never;
    const guard = { version: enrollment.version };
    await store.commit({ enrollment, guard, patch: { pointers: { completion: { pending } } }, entries: [] });
    await setParkedAside(world.ports, administrator, ref, { id: credentialId, reason: 'settled by hand' });
    const asked = world.sent.length;
    await world.change({ name: corrected });
    expect((await world.read()).pointers.completion?.pending).toMatchObject({
      parked: 'no font',
      setAside: { reason: 'settled by hand' },
      facts: { name: corrected },
    });
    expect(world.sent).toHaveLength(asked);
  });

  test('a hold goes on', async () => {
    const world = await enrolled({ holdHours: 48 });
    await world.complete();
    const before = (await world.read()).pointers.completion?.pending?.releaseAt;
    const asked = world.sent.length;
    await world.change({ name: corrected });
    expect((await world.read()).pointers.completion?.pending?.releaseAt).toBe(before);
    expect(world.sent).toHaveLength(asked);
  });
});
