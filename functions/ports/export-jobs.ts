import type { ExportJob } from '../domain/export-job.ts';

/** Exports that were asked for, by program. None is ever removed. */
export type ExportJobs = {
  /** Stores if absent. */
  add(job: ExportJob): Promise<'added' | 'exists'>;
  read(program: string, exportId: string): Promise<ExportJob | undefined>;
  /** A page, newest first. */
  list(program: string, cursor?: string): Promise<{ items: ExportJob[]; cursor?: string }>;
  /** Writes `after` if nobody has written since `before` was read. */
  replace(before: ExportJob, after: ExportJob): Promise<'replaced' | 'conflict'>;
};
