import { maxRequestSeconds } from '../../functions/api/env.ts';
import type { StepName } from '../bundle.ts';

/**
 * How long a call of each step may take. Its queue keeps a message invisible six times as long. Deliver's and
 * feedback's together stay well inside a delivery's lease of 300 seconds.
 */
export const timeoutSeconds: Record<StepName, number> = {
  evaluate: 60,
  issue: 60,
  deliver: 30,
  feedback: 30,
  export: 900,
  sweep: 900,
  // The gateway waits for thirty.
  api: maxRequestSeconds,
};

/** CPU comes with memory: printing and signing wants a core, a person waits for the API, the rest waits for the network. */
export const memoryMb: Record<StepName, number> = {
  evaluate: 512,
  issue: 1769,
  deliver: 512,
  feedback: 256,
  // One thread reads a bundle's records, another writes its chapters: the most that a new account may have, nearly two cores.
  export: 3008,
  sweep: 512,
  api: 1024,
};

/**
 * Requests a second that the app takes, from everybody together; above them the gateway answers 429 and nothing of ours
 * runs. Verification is open to strangers, so that it has less: what they may cost is bounded, and others are not held up.
 */
export const requestLimits = {
  all: { perSecond: 100, burst: 200 },
  verification: { perSecond: 20, burst: 40 },
};
