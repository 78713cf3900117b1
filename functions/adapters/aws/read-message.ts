import * as z from 'zod';
import { firstIssue } from '../../domain/evidence.ts';
import { AdapterError } from '../../ports/adapter-error.ts';

const headSchema = z.object({ type: z.string().regex(/^[a-z-]{1,40}$/), version: z.number().int() });

/**
 * Reads a queue message. One that this step does not know (a later version's, another queue's) throws and names its
 * type and version; the queue keeps it, and in the end its dead-letter queue does: nothing is lost.
 */
export function readMessage<T extends z.ZodType>(schema: T, body: string): z.output<T> {
  const content = parseJson(body);
  const message = schema.safeParse(content);
  if (message.success) return message.data;
  const head = headSchema.safeParse(content);
  const unknown = message.error.issues.some((issue) => issue.path[0] === 'type' || issue.path[0] === 'version');
  if (!unknown) throw unreadable('message.malformed', `a message is malformed at ${firstIssue(message.error)}`);
  const found = head.success ? `${head.data.type} version ${head.data.version}` : 'without a type and a version';
  throw unreadable(
    'message.unknown',
    `a message is ${found}, which this step does not know; deploy the version that sent it`,
  );
}

/** Parses a queue's body; what is no JSON throws without repeating it. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Without the cause: the parser's message quotes the text.
    throw unreadable('message.not-json', 'a message is not JSON');
  }
}

function unreadable(code: string, message: string): AdapterError {
  return new AdapterError(code, message, { retryable: false });
}
