import * as z from 'zod';
import { actorIdSchema } from './ids.ts';
import { instantSchema } from './time.ts';

/** A person's decision that what waits for a person needs nothing more: who, when and why. */
export const setAsideSchema = () =>
  z.strictObject({ by: actorIdSchema, at: instantSchema, reason: z.string().check(z.minLength(3), z.maxLength(300)) });
export type SetAside = z.infer<ReturnType<typeof setAsideSchema>>;
