import type { Message } from '../domain/messages.ts';

/** SQS holds a message back this long at most; what waits longer is the sweep's. */
export const maxDelaySeconds = 900;

/** Where steps leave word for one another. At least once, in no order. */
export type MessageQueue = { send(message: Message, options?: { delaySeconds?: number }): Promise<void> };
