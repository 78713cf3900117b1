import type * as z from 'zod';
import { Unresolved } from './intrinsics.ts';

/**
 * A resource's resolved properties as a schema reads them. The schemas are strict: a nested property or a value that
 * they do not know is unknown to us, and says so.
 *
 * @throws Unresolved with the path and the fault.
 */
export function readProperties<T extends z.ZodType>(schema: T, properties: unknown): z.output<T> {
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys')
      return `${[...issue.path, issue.keys.join(', ')].join('.')} is not known here`;
    return `${path}: ${issue.message}`;
  });
  throw new Unresolved(faults.join('; '));
}
