import type { Route } from '../route.ts';
import { actRoutes } from './act-routes.ts';
import { assessRoutes } from './assess-routes.ts';
import { cohortRoutes } from './cohort-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { meRoutes } from './me-routes.ts';
import { personRoutes } from './person-routes.ts';
import { recordsRoutes } from './records-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { verifyRoutes } from './verify-routes.ts';
import { webRoutes } from './web-routes.ts';

/** Every page, in no order: no two have the same path. */
export const allPages: readonly Route[] = [
  ...webRoutes,
  ...signInRoutes,
  ...verifyRoutes,
  ...cohortRoutes,
  ...personRoutes,
  ...actRoutes,
  ...documentRoutes,
  ...exportRoutes,
  ...assessRoutes,
  ...meRoutes,
  ...recordsRoutes,
];
