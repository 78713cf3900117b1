import { localAccountId, localRegion } from './loopback.ts';
import type { StoredMail } from './ses-mailbox.ts';

export type SesEventType = 'Send' | 'Delivery' | 'Bounce' | 'Complaint';

/** The `mail` object of every event: what was sent, whatever became of it. */
interface EventMail {
  timestamp: string;
  source: string;
  sourceArn: string;
  sendingAccountId: string;
  messageId: string;
  destination: string[];
  headersTruncated: boolean;
  headers: { name: string; value: string }[];
  commonHeaders: { from: string[]; to: string[]; messageId: string; subject: string };
  /** Each tag's values, SES's own `ses:…` tags among them. */
  tags: Record<string, string[]>;
}

interface BouncedRecipient {
  emailAddress: string;
  action: 'failed' | 'delayed';
  status: string;
  diagnosticCode: string;
}

/**
 * A sending event as SES publishes it through an SNS topic with raw message delivery: this JSON is the whole queue message.
 * Shape: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export interface SesEvent {
  eventType: SesEventType;
  mail: EventMail;
  send?: Record<string, never>;
  delivery?: {
    timestamp: string;
    processingTimeMillis: number;
    recipients: string[];
    smtpResponse: string;
    reportingMTA: string;
  };
  bounce?: {
    feedbackId: string;
    bounceType: 'Permanent' | 'Transient';
    bounceSubType: string;
    bouncedRecipients: BouncedRecipient[];
    timestamp: string;
    reportingMTA?: string;
  };
  complaint?: {
    feedbackId: string;
    complaintSubType: null;
    complainedRecipients: { emailAddress: string }[];
    timestamp: string;
    userAgent: string;
    complaintFeedbackType: string;
    arrivalDate: string;
  };
}

type Fate = 'delivered' | 'hard-bounce' | 'suppressed' | 'soft-bounce' | 'complaint';

/** The mailbox simulator's addresses, `+label` allowed; `softbounce` is ours, the real one has no such address. */
const simulatorFates: Record<string, Fate> = {
  success: 'delivered',
  ooto: 'delivered',
  bounce: 'hard-bounce',
  suppressionlist: 'suppressed',
  softbounce: 'soft-bounce',
  complaint: 'complaint',
};

const bounces = {
  'hard-bounce': {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    status: '5.1.1',
    diagnosticCode: 'smtp; 550 5.1.1 user unknown',
  },
  suppressed: {
    bounceType: 'Permanent',
    bounceSubType: 'Suppressed',
    status: '5.1.1',
    diagnosticCode:
      'Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.',
  },
  'soft-bounce': {
    bounceType: 'Transient',
    bounceSubType: 'MailboxFull',
    status: '4.2.2',
    diagnosticCode: 'smtp; 452 4.2.2 mailbox full',
  },
} as const;

/** Everything that SES would publish about a message, in the order in which it happens. */
export function eventsOf(mail: StoredMail, headers: { name: string; value: string }[]): SesEvent[] {
  const described = describeMail(mail, headers);
  const withFate = (fate: Fate) => mail.destinations.filter((address) => fateOf(address) === fate);
  const events: SesEvent[] = [{ eventType: 'Send', mail: described, send: {} }];
  for (const fate of ['hard-bounce', 'suppressed', 'soft-bounce'] as const) {
    const recipients = withFate(fate);
    if (recipients.length > 0) events.push(bounceEvent(described, fate, recipients));
  }
  const complaining = withFate('complaint');
  const reached = [...withFate('delivered'), ...complaining];
  if (reached.length > 0) {
    events.push({
      eventType: 'Delivery',
      mail: described,
      delivery: {
        timestamp: mail.acceptedAt,
        processingTimeMillis: 1,
        recipients: reached,
        smtpResponse: '250 2.6.0 Message received',
        reportingMTA: 'a8-1.smtp-out.amazonses.com',
      },
    });
  }
  if (complaining.length > 0) {
    events.push({
      eventType: 'Complaint',
      mail: described,
      complaint: {
        feedbackId: `${mail.id}-complaint`,
        complaintSubType: null,
        complainedRecipients: complaining.map((emailAddress) => ({ emailAddress })),
        timestamp: mail.acceptedAt,
        userAgent: 'Amazon SES Mailbox Simulator',
        complaintFeedbackType: 'abuse',
        arrivalDate: mail.acceptedAt,
      },
    });
  }
  return events;
}

function fateOf(address: string): Fate {
  const [, name] = /^([a-z]+)(?:\+.*)?@simulator\.amazonses\.com$/i.exec(address) ?? [];
  return simulatorFates[name?.toLowerCase() ?? 'success'] ?? 'delivered';
}

function bounceEvent(mail: EventMail, fate: keyof typeof bounces, recipients: string[]): SesEvent {
  const { bounceType, bounceSubType, status, diagnosticCode } = bounces[fate];
  return {
    eventType: 'Bounce',
    mail,
    bounce: {
      feedbackId: `${mail.messageId}-${fate}`,
      bounceType,
      bounceSubType,
      bouncedRecipients: recipients.map((emailAddress) => ({ emailAddress, action: 'failed', status, diagnosticCode })),
      timestamp: mail.timestamp,
      reportingMTA: 'dsn; a8-1.smtp-out.amazonses.com',
    },
  };
}

function describeMail(mail: StoredMail, headers: { name: string; value: string }[]): EventMail {
  const value = (name: string) => headers.find((header) => header.name.toLowerCase() === name)?.value;
  const sender = mail.source.replace(/^.*<(.*)>\s*$/, '$1');
  return {
    timestamp: mail.acceptedAt,
    source: mail.source,
    sourceArn: `arn:aws:ses:${localRegion}:${localAccountId}:identity/${sender}`,
    sendingAccountId: localAccountId,
    messageId: mail.id,
    destination: mail.destinations,
    headersTruncated: false,
    headers,
    commonHeaders: {
      from: [value('from') ?? mail.source],
      to: (value('to') ?? '').split(/,\s*/).filter(Boolean),
      messageId: mail.id,
      subject: mail.subject,
    },
    tags: {
      ...Object.fromEntries(Object.entries(mail.tags).map(([name, tag]) => [name, [tag]])),
      'ses:operation': ['SendRawEmail'],
      ...(mail.configurationSet ? { 'ses:configuration-set': [mail.configurationSet] } : {}),
      'ses:source-ip': ['127.0.0.1'],
      'ses:from-domain': [sender.slice(sender.lastIndexOf('@') + 1)],
      'ses:caller-identity': ['local'],
    },
  };
}
