import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { enrollmentIdSchema, evidenceIdSchema } from '../../domain/ids.ts';
import { defineRoute, type PlainAnswer } from '../route.ts';
import { readOwn } from './me-routes.ts';
import type { PageRequest } from './page-answer.ts';

const ids = { enrollment: enrollmentIdSchema, credential: evidenceIdSchema };

/** On to the stored PDF by a link of a few minutes. The file's name names nobody. */
async function toDocument({ ports }: PageRequest, ref: EnrollmentRef, credentialId: string) {
  const credential = await ports.store.readCredential(ref, credentialId);
  if (!credential) return refused('credential.unknown', 'credential: there is none');
  const { url } = await ports.links.link(credential.document.key, `certificate-${credentialId}.pdf`);
  return { status: 303, plain: null, headers: { Location: url } } satisfies PlainAnswer;
}

/** For the one who reads the record on this page; entered as their read of it before the link leaves. */
const ofRecord = (page: '/people' | '/records', role: 'administrator' | 'auditor') =>
  defineRoute(
    {
      method: 'get',
      path: `${page}/{enrollment}/credentials/{credential}/document`,
      summary: "An apprentice's certificate, as it was issued",
      access: { [role]: 'any' } as const,
      request: { params: z.object(ids) },
      responses: { 303: { description: 'To the document' } },
      page: true,
    },
    async (call) => {
      const { ports, who, params } = call;
      const { program } = who;
      const ref = { program, enrollment: params.enrollment };
      const answer = await toDocument(call, ref, params.credential);
      if ('plain' in answer)
        await ports.access.append(program, {
          actor: who.as,
          action: 'record-read',
          subject: params.enrollment,
          facts: { what: 'document' },
        });
      return answer;
    },
  );

const own = defineRoute(
  {
    method: 'get',
    path: '/me/credentials/{credential}/document',
    summary: 'My certificate, as it was issued',
    access: { apprentice: 'own' },
    request: {
      params: z.object({ credential: ids.credential }),
      query: z.object({ enrollment: ids.enrollment.optional() }),
    },
    responses: { 303: { description: 'To the document' } },
    page: true,
  },
  async (call) => {
    const record = await readOwn(call, call.who, call.query.enrollment);
    if (record === undefined) return refused('credential.unknown', 'credential: there is none');
    if ('outcome' in record) return record;
    return toDocument(call, record.status.enrollment, call.params.credential);
  },
);

export const documentRoutes = [ofRecord('/people', 'administrator'), ofRecord('/records', 'auditor'), own];
