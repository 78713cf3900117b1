import { allPages } from './pages/all-pages.ts';
import type { Route } from './route.ts';
import { document } from './routes/document.ts';
import { frameworks } from './routes/frameworks.ts';
import { health } from './routes/health.ts';
import { programs } from './routes/programs.ts';

/** Every resource of the API: what the document tells of. */
export const resources: readonly Route[] = [...health, ...programs, ...frameworks];

/** Every route of the application. */
export const allRoutes: readonly Route[] = [...resources, ...document(resources), ...allPages];
