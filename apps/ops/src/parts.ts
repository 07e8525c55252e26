import type { Type } from '@nestjs/common';
import { MeModule } from './me/me.module.js';

/**
 * What the app is made of: a module for each part, in a folder of its own. A part's controllers say of every handler
 * who may call it (`@Roles`), and what it takes and answers (zod schemas, `@Documented`); they are found here both by
 * the app and by what writes `openapi-ops.json`.
 */
export const parts: readonly Type[] = [MeModule];
