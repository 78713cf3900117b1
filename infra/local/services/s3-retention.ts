import { accessDenied, S3Refusal } from './s3-refusal.ts';

/** Until when an object version may not be deleted. COMPLIANCE binds everybody; GOVERNANCE yields to a caller who asks for the bypass. */
export interface Retention {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** ISO 8601, UTC. */
  retainUntil: string;
}

/**
 * Lets a retention be put, prolonged, shortened or (undefined) removed, or throws S3's refusal: nobody shortens, removes or weakens
 * COMPLIANCE, and GOVERNANCE only goes with the bypass. An expired retention binds nobody.
 */
export function checkRetentionChange(
  current: Retention | undefined,
  next: Retention | undefined,
  bypassGovernance: boolean,
  now: number,
): void {
  if (next && !(Date.parse(next.retainUntil) > now)) {
    throw new S3Refusal(400, 'InvalidArgument', 'The retain until date must be in the future!');
  }
  if (!current || !isInForce(current, now)) return;
  const shortened = !next || Date.parse(next.retainUntil) < Date.parse(current.retainUntil);
  const weakened = current.mode === 'COMPLIANCE' && next?.mode !== 'COMPLIANCE';
  if (!shortened && !weakened) return;
  if (current.mode === 'COMPLIANCE' || !bypassGovernance) throw accessDenied();
}

/** Throws S3's refusal unless this version may be deleted for good. */
export function checkRemoval(current: Retention | undefined, bypassGovernance: boolean, now: number): void {
  if (!current || !isInForce(current, now)) return;
  if (current.mode === 'COMPLIANCE' || !bypassGovernance) throw accessDenied();
}

/** Reads a retention from its two parts, as headers and XML give them; undefined where both are missing. */
export function readRetention(mode: string | undefined, retainUntil: string | undefined): Retention | undefined {
  if (mode === undefined && retainUntil === undefined) return undefined;
  const instant = new Date(retainUntil ?? '');
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(instant.getTime())) {
    throw new S3Refusal(
      400,
      'InvalidArgument',
      'A retention needs a mode (GOVERNANCE or COMPLIANCE) and a retain until date.',
    );
  }
  return { mode, retainUntil: instant.toISOString() };
}

function isInForce(retention: Retention, now: number): boolean {
  return Date.parse(retention.retainUntil) > now;
}
