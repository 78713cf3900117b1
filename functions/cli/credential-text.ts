import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Mask } from '../domain/masking.ts';
import type { Program } from '../domain/program.ts';
import { localMoment } from './moments.ts';
import type { Cell, Page } from './page.ts';

const stateStyles = { issued: 'green', suspended: 'yellow', superseded: 'dim', revoked: 'red' } as const;

/** A credential's line: its id, what for, its state and since when. */
export function credentialRow(credential: Credential, program: Pick<Program, 'timeZone'>, mask: Mask): Cell[] {
  const { credentialId, achievement, state } = credential;
  const words = state === 'issued' ? 'in force' : state;
  return [
    { text: credentialId },
    { text: mask.ids(achievement) },
    { text: words, style: stateStyles[state] },
    { text: describeState(credential, program.timeZone) },
  ];
}

/** What stands on the paper, and where anybody can check it. */
export function credentialDetail(page: Page, credential: Credential, program: Pick<Program, 'verifyUrl'>): string {
  const { facts, code, supersededBy } = credential;
  const base = program.verifyUrl.endsWith('/') ? program.verifyUrl : `${program.verifyUrl}/`;
  const successor = supersededBy === undefined ? [] : [`superseded by ${supersededBy}`];
  const words = [facts.name, `completed ${facts.completedOn}`, ...successor].join('  ');
  return [`    ${words}`, `    ${base}${code}`].map((line) => page.paint('dim', line)).join('\n');
}

function describeState(credential: Credential, timeZone: string): string {
  const at = (instant: string | undefined) =>
    instant === undefined ? 'at an unknown time' : localMoment(instant, timeZone);
  switch (credential.state) {
    case 'issued':
      return `issued ${at(credential.issuedAt)}`;
    case 'suspended':
      return `since ${at(credential.suspendedAt)}`;
    case 'superseded':
      return at(credential.supersededAt);
    case 'revoked':
      return `${at(credential.revokedAt)} (${credential.revocation?.code ?? 'no code'})`;
  }
}

const settled: Record<Delivery['state'], Cell['style']> = {
  queued: 'dim',
  sending: 'dim',
  sent: 'green',
  delivered: 'green',
  bounced: 'yellow',
  complained: 'red',
  parked: 'red',
  cancelled: 'dim',
};

/** An email's line: its state, since when, what it is about and why it waits. */
export function deliveryRow(delivery: Delivery, timeZone: string): Cell[] {
  const { about, state, attempt, reason, resendOf } = delivery;
  const style = settled[state];
  const when = localMoment(delivery.settledAt ?? delivery.sentAt ?? delivery.queuedAt, timeZone);
  const subject =
    about.kind === 'credential'
      ? `credential ${about.credentialId}${resendOf === undefined ? '' : ', sent again'}`
      : `lapse on ${about.expiresOn}, to the ${about.to}`;
  const tries = attempt > 1 ? `, attempt ${attempt}` : '';
  return [
    { text: state, ...(style && { style }) },
    { text: when },
    { text: `${subject}${tries}${reason ? `: ${reason}` : ''}` },
  ];
}
