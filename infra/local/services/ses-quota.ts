export interface SendQuota {
  /** Counts recipients in, or says in SES's words why they are over the limit. */
  take(recipients: number, now: number): string | undefined;
  read(now: number): { max24HourSend: number; maxSendRate: number; sentLast24Hours: number };
}

const daySeconds = 86_400;

/**
 * SES's two sending limits, both counted in recipients: so many in the last second, so many in the last 24 hours.
 *
 * @param sent times (milliseconds since 1970) and recipients of mail sent before the start
 */
export function createSendQuota(
  maxSendRate: number,
  max24HourSend: number,
  sent: { at: number; recipients: number }[],
): SendQuota {
  const history = [...sent];
  const since = (now: number, seconds: number) =>
    history.filter(({ at }) => at > now - seconds * 1000).reduce((sum, { recipients }) => sum + recipients, 0);
  return {
    take(recipients, now) {
      while ((history[0]?.at ?? now) < now - daySeconds * 1000) history.shift();
      if (Number.isFinite(maxSendRate) && since(now, 1) + recipients > maxSendRate)
        return 'Maximum sending rate exceeded.';
      if (Number.isFinite(max24HourSend) && since(now, daySeconds) + recipients > max24HourSend)
        return 'Daily message quota exceeded.';
      history.push({ at: now, recipients });
      return undefined;
    },
    // AWS writes "unlimited" as -1.
    read: (now) => ({
      max24HourSend: Number.isFinite(max24HourSend) ? max24HourSend : -1,
      maxSendRate: Number.isFinite(maxSendRate) ? maxSendRate : -1,
      sentLast24Hours: since(now, daySeconds),
    }),
  };
}
