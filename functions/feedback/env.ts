import * as z from 'zod';

/** The settings of feedback; the stack gives each of them. */
export const feedbackEnv = z.object({ TABLE_NAME: z.string().min(1) });
export type FeedbackEnv = z.infer<typeof feedbackEnv>;
