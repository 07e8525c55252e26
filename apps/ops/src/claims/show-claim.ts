import type { ReissueClaim } from '#libs/db/reissues';
import type { z } from 'zod';
import type { claimSchema } from './schemas.js';

/** How long a claim holds without being renewed, in milliseconds. */
export const claimLifetimeMs = 60 * 60_000;

export const showClaim = ({ by, since }: ReissueClaim): z.output<typeof claimSchema> => ({
  by,
  since: since.toISOString(),
  until: new Date(since.getTime() + claimLifetimeMs).toISOString(),
});
