import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { MailPace } from '../../ports/mail-pace.ts';
import type { Email, Mailer, SendOutcome } from '../../ports/mailer.ts';
import { errorName, statusOf } from './aws-failure.ts';
import { clientSettings } from './client-settings.ts';

/**
 * A client that sends once: SES has no idempotency token, so that the SDK's own retry would send twice. Its connections
 * are not kept: one that went stale while the function was frozen would leave the next send in doubt.
 */
export function sesClient(): SESClient {
  const settings = clientSettings('SES', { connectionTimeoutMs: 3_000, requestTimeoutMs: 20_000 });
  const agent = { keepAlive: false };
  return new SESClient({
    ...settings,
    maxAttempts: 1,
    requestHandler: { ...settings.requestHandler, httpAgent: agent, httpsAgent: agent },
  });
}

type Options = {
  client: SESClient;
  configurationSet: string;
  compose: (email: Email) => Promise<Uint8Array>;
  /** Asked right before each send, when the message is ready. */
  pace: MailPace;
};

/** Sends through SES (v1 `SendRawEmail`). What SES did not answer rejects with `mail.unknown`: nobody knows. */
export function sesMailer({ client, configurationSet, compose, pace }: Options): Mailer {
  return {
    async send(email) {
      const command = new SendRawEmailCommand({
        Source: email.from.address,
        Destinations: [email.to.address],
        ConfigurationSetName: configurationSet,
        Tags: Object.entries(email.tags).map(([Name, Value]) => ({ Name, Value })),
        RawMessage: { Data: await compose(email) },
      });
      try {
        await pace.turn();
      } catch {
        // Nothing went out, and that is certain: the email need not wait for its lease to run out.
        return { outcome: 'refused', permanent: false, code: 'mail.no-turn' };
      }
      try {
        const { MessageId } = await client.send(command);
        if (!MessageId) throw new Error('SES answered without a message id');
        return { outcome: 'sent', providerId: MessageId };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

/**
 * What a failed send means. No kind of refusal sent anything. For good: SES will not take this very email (a virus, an
 * illegal address, more than 10 MB). For now: the rest, since a quota refills and an operator mends an identity, a
 * paused account, a configuration set or a permission; the email can go out then, and its delivery parks by itself
 * after a bounded number of tries.
 */
export function outcomeOf(error: unknown): SendOutcome {
  const name = errorName(error).replace(/Exception$/, '');
  const status = statusOf(error);
  const answered = status !== undefined && ((status >= 400 && status < 500) || status === 503);
  if (answered) return { outcome: 'refused', permanent: isPermanent(name, error), code: `mail.${kebab(name)}` };
  if (status === undefined && neverLeft(error))
    return { outcome: 'refused', permanent: false, code: 'mail.unreachable' };
  throw new AdapterError('mail.unknown', `nobody knows whether an email went out (${name})`, {
    retryable: true,
    cause: error,
  });
}

const permanentNames = new Set(['InvalidParameterValue', 'InvalidParameterCombination', 'ValidationError']);

function isPermanent(name: string, error: unknown): boolean {
  if (permanentNames.has(name)) return true;
  // SES says MessageRejected of an email that it will not carry, but also of an identity that is not verified (in the
  // sandbox: the recipient's too) and of an account that may not send. Only its words tell them apart.
  return name === 'MessageRejected' && !/not verified|paused|suspended|sandbox/i.test(String((error as Error).message));
}

/** Failures from before a connection stood, or before anything was signed: no byte of the email left. */
const neverLeftCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function neverLeft(error: unknown): boolean {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  if (code !== undefined && neverLeftCodes.has(code)) return true;
  if (name === 'CredentialsProviderError') return true;
  // The SDK gives its two timeouts one name; only the one of the connection says this.
  return name === 'TimeoutError' && /did not establish a connection/.test(message ?? '');
}

function kebab(name: string): string {
  return name
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 60);
}
