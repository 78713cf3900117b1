import * as z from 'zod';
import { achievementSchema, credentialIdSchema } from './credential.ts';
import { exportIdSchema } from './export-job.ts';
import { enrollmentIdSchema, evidenceIdSchema, programIdSchema } from './ids.ts';
import { instantSchema } from './time.ts';

const place = { program: programIdSchema, enrollment: enrollmentIdSchema };

/** One change of one evidence item, as the table's stream showed it. */
export const changeSchema = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({
    sk: z.string().min(1).max(1024),
    /** `touched`: written again with the same content. */
    kind: z.enum(['put', 'edited', 'deleted', 'touched']),
    /** The stream's sequence number: with the key, what makes this change unlike any other. */
    sequence: z.string().min(1).max(60),
    /** The stream record's own time. */
    at: instantSchema,
    /** The item's attributes after the change, where the record showed them. */
    image: z.record(z.string(), z.unknown()).optional(),
    /** Instead of the image: its hash. */
    imageHash: z.string().max(64).optional(),
  }),
);
export type Change = z.infer<typeof changeSchema>;

/** Look at an enrollment again: at some requirements, or at all. */
export const evaluationRequestedSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.literal('evaluation-requested'),
      version: z.literal(1),
      ...place,
      changes: z.array(changeSchema).max(100),
      whole: z.boolean(),
      reason: z.string().min(1).max(100),
    })
    .meta({ title: 'EvaluationRequested', description: 'Look at an enrollment again' }),
);
export type EvaluationRequested = z.infer<typeof evaluationRequestedSchema>;

export const issueRequestedSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.literal('issue-requested'),
      version: z.literal(1),
      ...place,
      achievement: achievementSchema,
      credentialId: credentialIdSchema,
      requestedAt: instantSchema,
    })
    .meta({ title: 'IssueRequested', description: 'Issue the pending credential of an achievement' }),
);
export type IssueRequested = z.infer<typeof issueRequestedSchema>;

export const deliveryRequestedSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.literal('delivery-requested'),
      version: z.literal(1),
      ...place,
      deliveryId: evidenceIdSchema,
    })
    .meta({ title: 'DeliveryRequested', description: 'Send one queued email' }),
);
export type DeliveryRequested = z.infer<typeof deliveryRequestedSchema>;

/** Make a bundle that somebody asked for. */
export const exportRequestedSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.literal('export-requested'),
      version: z.literal(1),
      program: programIdSchema,
      exportId: exportIdSchema,
    })
    .meta({ title: 'ExportRequested', description: 'Make an audit bundle that was asked for' }),
);
export type ExportRequested = z.infer<typeof exportRequestedSchema>;

/** Tell who asked for a bundle what became of it. */
export const exportSettledSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      type: z.literal('export-settled'),
      version: z.literal(1),
      program: programIdSchema,
      exportId: exportIdSchema,
    })
    .meta({ title: 'ExportSettled', description: 'Tell by email what became of an audit bundle' }),
);
export type ExportSettled = z.infer<typeof exportSettledSchema>;

export type Message = EvaluationRequested | IssueRequested | DeliveryRequested | ExportRequested | ExportSettled;
