import { describe, expect, test } from 'vitest';
import type { Pointer } from '../../functions/domain/credential.ts';
import { movePointer, type PointerInput, requestCredential } from '../../functions/domain/pointers.ts';
import { noon } from '../support/small-world.ts';

const completion = { on: '2026-02-13', at: noon('2026-02-13') };
const facts: PointerInput['facts'] = (completedOn) => ({
  name: 'Ada',
  completedOn,
  framework: { id: 'small', version: '1', hash: '0'.repeat(64) },
  hashes: { program: '0'.repeat(64), template: '0'.repeat(64), policy: '0'.repeat(64) },
});
let ids = 0;
const newIds = () => ({ credentialId: `crd-${++ids}`, code: '0'.repeat(26) });
const base = { achievement: 'completion' as const, facts, holdHours: 0, now: noon('2026-03-01'), newIds };
const move = (pointer: Pointer | undefined, more: Partial<PointerInput>) =>
  movePointer({ ...base, pointer, completion: undefined, stands: false, ...more });
const pendingOf = (replaces?: string) => requestCredential(base, completion, replaces);
const active = { credentialId: 'crd-old', suspended: false, completedOn: '2026-02-13' };

describe('with nothing in force', () => {
  test('a completion is asked for once', () => {
    const first = move(undefined, { completion });
    expect(first?.pointer.pending?.facts.completedOn).toBe('2026-02-13');
    expect(move(first?.pointer, { completion })).toBeUndefined();
  });

  test('a completion that moves to another day is asked for anew, under a new id', () => {
    const pending = pendingOf();
    const moved = move({ pending }, { completion: { ...completion, on: '2026-02-20' } });
    expect(moved?.pointer.pending?.credentialId).not.toBe(pending.credentialId);
    expect(moved?.facts.map((f) => f.action)).toEqual(['credential-request-cancelled', 'credential-requested']);
  });

  test('the request in place of one whose email may be out carries the doubt on', () => {
    const pending = { ...pendingOf(), emailMayBeOut: 'restored' };
    const moved = move({ pending }, { completion: { ...completion, on: '2026-02-20' } });
    expect(moved?.pointer.pending).toMatchObject({ emailMayBeOut: 'restored', facts: { completedOn: '2026-02-20' } });
    expect(
      move({ pending: pendingOf() }, { completion: { ...completion, on: '2026-02-20' } })?.pointer.pending,
    ).not.toHaveProperty('emailMayBeOut');
  });

  test('so does the request after one that was cancelled meanwhile, however long evidence was missing', () => {
    const fallen = move({ pending: { ...pendingOf(), emailMayBeOut: 'restored' } }, {});
    expect(fallen?.pointer).toEqual({ emailMayBeOut: 'restored' });
    const again = move(fallen?.pointer, { completion });
    expect(again?.pointer).toEqual({ pending: expect.objectContaining({ emailMayBeOut: 'restored' }) });
  });

  test('a revocation stays: neither a completion nor a cancelled reissue asks by itself', () => {
    expect(move({ revoked: true }, { completion })).toBeUndefined();
    const fallen = move({ revoked: true, pending: pendingOf() }, {});
    expect(fallen?.pointer).toEqual({ revoked: true });
    expect(move(fallen?.pointer, { completion })).toBeUndefined();
  });
});

describe('with a credential in force', () => {
  test('its basis falling suspends it, and cancels the reissue that was under way', () => {
    const change = move({ active, pending: pendingOf('crd-old') }, { stands: false });
    expect(change).toMatchObject({
      pointer: { active: { credentialId: 'crd-old', suspended: true } },
      transition: { credentialId: 'crd-old', to: 'suspended' },
    });
    expect(change?.pointer.pending).toBeUndefined();
  });

  test('its basis standing again reinstates the same credential', () => {
    const change = move({ active: { ...active, suspended: true } }, { stands: true });
    expect(change).toMatchObject({ pointer: { active }, transition: { credentialId: 'crd-old', to: 'issued' } });
  });

  test('a reissue under way leaves it alone', () => {
    expect(move({ active, pending: pendingOf('crd-old') }, { stands: true })).toBeUndefined();
  });
});
