import type { Route } from '../route.ts';

/** Every page, in no order: no two have the same path. */
export const allPages: readonly Route[] = [];
