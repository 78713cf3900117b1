/** One email before it becomes MIME. Every field is checked for what could break out of a header. */
export type Email = {
  from: { name: string; address: string };
  replyTo?: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  language: string;
  attachments: { filename: string; contentType: string; content: Uint8Array }[];
  /** Repeats with the send's events: ids only. */
  tags: Record<string, string>;
};

export type SendOutcome =
  | { outcome: 'sent'; providerId: string }
  /** The service said no, for now or for good: nothing went out. */
  | { outcome: 'refused'; permanent: boolean; code: string };

/**
 * Sends one email, once: it never tries again by itself. Rejects with an `AdapterError` where nobody knows whether
 * the email went out (a timeout, a closed connection).
 */
export type Mailer = { send(email: Email): Promise<SendOutcome> };
