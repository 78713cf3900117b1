import { allPages } from './pages/all-pages.ts';
import type { Route } from './route.ts';
import { assessments } from './routes/assessments.ts';
import { audit } from './routes/audit.ts';
import { credentials } from './routes/credentials.ts';
import { deliveries } from './routes/deliveries.ts';
import { document } from './routes/document.ts';
import { enrollments } from './routes/enrollments.ts';
import { evidence } from './routes/evidence.ts';
import { exports } from './routes/exports.ts';
import { frameworks } from './routes/frameworks.ts';
import { health } from './routes/health.ts';
import { membership } from './routes/membership.ts';
import { programs } from './routes/programs.ts';
import { progress } from './routes/progress.ts';

/** Every resource of the API: what the document tells of. */
export const resources: readonly Route[] = [
  ...health,
  ...programs,
  ...frameworks,
  ...enrollments,
  ...membership,
  ...progress,
  ...evidence,
  ...assessments,
  ...credentials,
  ...deliveries,
  ...audit,
  ...exports,
];

/** Every route of the application. */
export const allRoutes: readonly Route[] = [...resources, ...document(resources), ...allPages];
