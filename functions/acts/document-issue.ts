import type * as z from 'zod';
import { issueWords } from '../domain/issue-words.ts';

/** The first issue of a document that people write by hand, as `field.path: message`: an unknown field is named. */
export function documentIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'document: invalid';
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return `${[...issue.path, ...unknown].join('.') || 'document'}: ${issueWords(issue)}`;
}
