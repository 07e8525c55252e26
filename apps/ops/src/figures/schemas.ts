import { endCodes, identityMethods, parkableSteps } from '#libs/domain';
import { z } from 'zod';

const timestamp = z.iso.datetime();

/** What a parked step waited for, in the order in which the console shows it. */
export const systems = [...identityMethods, 'several', 'signer', 'none'] as const;
export const systemSchema = z
  .enum(systems)
  .describe(
    'An identity method, for its provider; `several` methods; `signer`; or `none` if the step called no other system',
  );

const hour = z
  .object({ hour: timestamp, arrivals: z.int(), registered: z.int() })
  .meta({ id: 'FiguresOfHour' });

const day = z
  .object({
    day: z.iso.date().describe('Calendar day in Korea'),
    arrivals: z.int().describe('Reissues that started'),
    registered: z.int().describe('Reissues that ended with a registered certificate'),
    ended: z
      .array(z.object({ code: z.enum(endCodes), reissues: z.int() }))
      .describe('Reissues that ended without one, by reason, most frequent first'),
    toCertificateMs: z
      .object({ p50: z.number().nullable(), p95: z.number().nullable() })
      .describe('Time from the start to the certificate of those that were registered'),
  })
  .meta({ id: 'FiguresOfDay' });

const parked = z
  .object({
    step: z.enum(parkableSteps),
    system: systemSchema.nullable(),
    reissues: z.int(),
    oldest: timestamp.describe('When the oldest of them was parked'),
  })
  .meta({ id: 'ParkedFigures' });

const provider = z
  .object({
    method: systemSchema,
    asked: z.int().describe('Challenges of reissues that started in the last hour'),
    unsent: z.int().describe('Of these, challenges that the provider has not sent after a minute'),
    accepted: z.int().describe('Of these, challenges that were answered correctly'),
    parked: z.int().describe('Reissues that wait for an operator because of it'),
    health: z.enum(['GOOD', 'TROUBLED', 'IDLE']).describe('`IDLE`: it was not asked'),
  })
  .meta({ id: 'ProviderFigures' });

const issuer = z
  .object({
    issuer: z.string(),
    notAfter: timestamp.describe('Until when the certificate of the issuing CA is valid'),
    active: z.boolean().describe('Whether it signs new certificates'),
    crls: z.int().describe('Number of its CRLs'),
    oldestCrl: timestamp
      .nullable()
      .describe('`thisUpdate` of its oldest current CRL; null if one was never published'),
    nextCrl: timestamp.nullable().describe('The earliest `nextUpdate` of its current CRLs'),
    pendingCrls: z.int().describe('CRLs that do not show the newest status yet'),
    health: z.enum(['GOOD', 'EXPIRES_SOON', 'CRL_LATE']),
  })
  .meta({ id: 'IssuerFigures' });

export const figures = z
  .object({
    at: timestamp,
    hours: z.array(hour).describe('The last 24 hours, oldest first'),
    days: z.array(day).describe('The last 14 days, oldest first; the last one is today'),
    parked: z
      .array(parked)
      .describe('Parked reissues by step and system, oldest first; the 5,000 oldest are counted'),
    providers: z.array(provider),
    issuers: z.array(issuer),
  })
  .meta({ id: 'Figures' });
export type ShownFigures = z.output<typeof figures>;
