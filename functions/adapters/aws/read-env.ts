import type * as z from 'zod';

/**
 * A function's settings, checked before its first event: a deployment that forgot one fails at once, and says which.
 *
 * @example readEnv(issueEnv, process.env)
 */
export function readEnv<T extends z.ZodObject>(
  schema: T,
  environment: Record<string, string | undefined>,
): z.output<T> {
  const settings = schema.safeParse(environment);
  if (settings.success) return settings.data;
  const faults = settings.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return environment[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new Error(`environment: ${faults.join('; ')}. The stack that deploys this function sets its variables.`);
}
