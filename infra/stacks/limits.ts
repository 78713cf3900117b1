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
};

/** CPU comes with memory: printing and signing wants a core, the rest is waiting for the network. */
export const memoryMb: Record<StepName, number> = {
  evaluate: 512,
  issue: 1769,
  deliver: 512,
  feedback: 256,
  // A bundle is compressed beside the thread that makes it.
  export: 1769,
  sweep: 512,
};
