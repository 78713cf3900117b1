import * as z from 'zod';
import {
  deliveryRequestedSchema,
  evaluationRequestedSchema,
  exportRequestedSchema,
  exportSettledSchema,
  issueRequestedSchema,
} from '../../domain/messages.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { DeadLetter, DeadLetterQueue } from '../../ports/dead-letters.ts';
import { parseJson, readMessage } from './read-message.ts';
import { readBatch } from './s3-failed-batches.ts';
import { readSesEvent } from './ses-events.ts';

type About = Pick<DeadLetter, 'type' | 'ref' | 'subject' | 'fault'>;

const taskSchema = z.object({ task: z.enum(['due', 'recover', 'daily', 'checkpoint']) });
const failedCallSchema = z.object({ requestPayload: taskSchema });

/** What a dead letter is about: ids and codes that have passed their contracts, and never a word of what it says. */
export function readDeadLetter(queue: DeadLetterQueue, body: string): About {
  try {
    return readers[queue](body);
  } catch (error) {
    return { type: 'unknown', fault: error instanceof AdapterError ? error.code : 'message.malformed' };
  }
}

const readers: Record<DeadLetterQueue, (body: string) => About> = {
  evaluation: (body) => {
    const { type, program, enrollment } = readMessage(evaluationRequestedSchema, body);
    return { type, ref: { program, enrollment } };
  },
  issue: (body) => {
    const { type, program, enrollment, credentialId } = readMessage(issueRequestedSchema, body);
    return { type, ref: { program, enrollment }, subject: credentialId };
  },
  delivery: (body) => {
    const message = readMessage(z.discriminatedUnion('type', [deliveryRequestedSchema, exportSettledSchema]), body);
    if (message.type === 'export-settled') return { type: message.type, subject: message.exportId };
    const { type, program, enrollment, deliveryId } = message;
    return { type, ref: { program, enrollment }, subject: deliveryId };
  },
  export: (body) => {
    const { type, exportId } = readMessage(exportRequestedSchema, body);
    return { type, subject: exportId };
  },
  feedback: (body) => {
    const read = readSesEvent(body);
    if ('ignored' in read) return { type: read.ignored };
    return { type: read.mail.event.type, ref: read.mail.ref, subject: read.mail.deliveryId };
  },
  // As the scheduler leaves a call that it could not make, or as Lambda leaves one that failed.
  sweeps: (body) => {
    const content = parseJson(body);
    const failed = failedCallSchema.safeParse(content);
    return { type: failed.success ? failed.data.requestPayload.task : taskSchema.parse(content).task };
  },
  stream: (body) => {
    readBatch(body);
    return { type: 'stream-batch' };
  },
};
