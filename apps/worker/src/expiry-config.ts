import type { ExpirySettings } from '#activities/expiry';
import { count, list, url } from '#libs/config';
import { z } from 'zod';

const daysBefore = z
  .string()
  .regex(/^\d{1,2}$/, 'must be whole numbers')
  .transform(Number)
  .pipe(z.int().min(1).max(90));

/** The settings of announcements that a certificate is about to expire. */
export const expiryConfig = {
  pageUrl: url('http', 'https')
    .optional()
    .describe(
      "Public address of the customers' page, to which messages link: about the expiry of a certificate, and to stop a reissue. Without it, no expiry is announced, and messages have no link to stop a reissue.",
    ),
  expiryDays: list
    .prefault('30,7,1')
    .pipe(
      z
        .array(daysBefore)
        .min(1)
        .max(10)
        .refine((days) => new Set(days).size === days.length, 'must not name a day twice'),
    )
    .describe(
      'How many days before its expiry a certificate is announced: 1 to 90, at most ten numbers. Its expiry is announced on the day after, too.',
    ),
  expiryRate: count(10, { min: 1, max: 1_000 }).describe(
    'Customers who are notified of the expiry of their certificates in one second.',
  ),
};

/** Whether messages name the bank itself: the fictional one is for development and tests. */
export const namesBank = ({
  env,
  pageUrl,
  pageBrand,
}: {
  readonly env: string;
  readonly pageUrl?: string | undefined;
  readonly pageBrand?: unknown;
}): boolean => env !== 'production' || pageUrl === undefined || pageBrand !== undefined;

export const expirySettingsOf = ({
  pageUrl,
  expiryDays,
  expiryRate,
}: z.output<z.ZodObject<typeof expiryConfig>>): ExpirySettings => ({
  pageUrl,
  days: expiryDays,
  perSecond: expiryRate,
});
