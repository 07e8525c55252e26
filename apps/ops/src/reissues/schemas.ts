import { reissueGroupings, reissueSorts } from '#libs/db/reissues';
import {
  identifierKinds,
  bases,
  endCodes,
  identityMethods,
  operationKinds,
  operationStates,
  parkableSteps,
  parkCodes,
  reasons,
  reissueIdPattern,
  states,
} from '#libs/domain';
import { z } from 'zod';
import { cursorSchema, limitSchema } from '../paging/cursor.js';
import { filterParameters } from './filter.js';

export const reissueIdSchema = z.string().regex(reissueIdPattern, 'must be a reissue id');

const timestamp = z.iso.datetime().describe('RFC 3339, UTC');
export const localizedText = z.object({ ko: z.string(), en: z.string() });

export const listQuery = z.strictObject({
  ...filterParameters,
  sort: z
    .enum(reissueSorts)
    .default('-createdAt')
    .describe(
      'Newest first, oldest first, or parked ones by how long they wait (those that are not are left out)',
    ),
  limit: limitSchema(200, 50),
  cursor: cursorSchema.optional(),
});

export const countQuery = z.strictObject({
  ...filterParameters,
  by: z.enum(reissueGroupings).optional().describe('Counts each value of this'),
});

const parked = z.object({
  step: z.enum(parkableSteps),
  code: z.enum(parkCodes),
  since: timestamp,
  sequence: z.int().describe('Which parking of this reissue it is; a retry is of one parking'),
});

const summaryShape = {
  id: z.string(),
  state: z.enum(states),
  reason: z.enum(reasons),
  basis: z.enum(bases).nullable(),
  customerRef: z.string().describe('Pseudonym of the customer'),
  serial: z.string().nullable().describe('Of the new certificate'),
  parked: parked.nullable(),
  endCode: z.enum(endCodes).nullable(),
  deadline: timestamp.nullable().describe('When it ends by itself; null while parked or ended'),
  createdAt: timestamp,
  updatedAt: timestamp,
  endedAt: timestamp.nullable(),
};

const reissueSummary = z.object(summaryShape).meta({ id: 'ReissueSummary' });
export type ShownReissueSummary = z.output<typeof reissueSummary>;

export const reissuePage = z
  .object({
    items: z.array(reissueSummary),
    nextCursor: z.string().nullable().describe('null on the last page'),
  })
  .meta({ id: 'ReissuePage' });
export type ShownReissuePage = z.output<typeof reissuePage>;

export const reissueCount = z
  .object({
    count: z.int(),
    exact: z.boolean().describe('false: there are more; counting stops at 10,000'),
    groups: z
      .array(z.object({ value: z.string(), count: z.int(), exact: z.boolean() }))
      .optional()
      .describe('With `by`: each value of which there are any'),
  })
  .meta({ id: 'ReissueCount' });
export type ShownReissueCount = z.output<typeof reissueCount>;

const operationOnTarget = z.object({
  operationId: z.string(),
  kind: z.enum(operationKinds),
  state: z.enum(operationStates),
  outcome: z.string().nullable().describe('Of this target; null until it was tried'),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  reason: z.string(),
  createdAt: timestamp,
});

export const reissueDetail = z
  .object({
    ...summaryShape,
    effectiveReason: z.enum(reasons).describe('As the policy took it'),
    applicantBy: z.enum(identifierKinds).describe('By what the applicant named themself'),
    methods: z.array(z.enum(identityMethods)).describe('Identity methods offered now'),
    attempts: z.object({ identity: z.int(), password: z.int().nullable() }),
    steps: z.int().describe('Calls so far; a reissue has a hundred at most'),
    oldSerial: z.string().nullable().describe('Of the certificate that is replaced'),
    milestones: z.object({
      identityVerifiedAt: timestamp.nullable(),
      passwordVerifiedAt: timestamp.nullable(),
      consentsCompletedAt: timestamp.nullable(),
      issuedAt: timestamp.nullable(),
      downloadedAt: timestamp.nullable(),
      archivedAt: timestamp.nullable(),
    }),
    waitingFor: z
      .object({
        who: z.enum(['customer', 'operator', 'system']),
        text: localizedText,
        since: timestamp,
        until: timestamp.nullable().describe('What happens then stands in the text'),
      })
      .nullable()
      .describe('null once it has ended'),
    possible: z.array(z.enum(operationKinds)).describe('Kinds of operations that can be planned on it now'),
    operations: z.array(operationOnTarget).describe('Those that named it, newest first'),
    temporalUrl: z.string().nullable().describe('Its workflow in Temporal’s own page'),
  })
  .meta({ id: 'ReissueDetail' });
export type ShownReissueDetail = z.output<typeof reissueDetail>;

const timelineItemKinds = ['entry', 'event', 'notice', 'activity', 'timer', 'operation'] as const;

export const timeline = z
  .object({
    items: z
      .array(
        z.object({
          at: timestamp,
          kind: z.enum(timelineItemKinds),
          actor: z.string().describe('`customer`, `system`, `signer`, `staff:<subject>`'),
          code: z.string().describe('Stable name of what happened'),
          text: localizedText,
          requestedBy: z.string().optional().describe('Of an operation: who asked for it'),
          approvedBy: z.string().optional().describe('Of an operation: the second person'),
          outcome: z.string().nullable(),
          reason: z.string().nullable(),
          attempts: z.int().optional().describe('Of an activity: how often it was tried'),
          error: z.string().optional().describe('Of an activity: why the last try failed'),
          until: timestamp.optional().describe('When a timer fires, or an activity is tried again'),
          pending: z.boolean().optional().describe('It goes on now'),
          details: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .describe('Oldest first'),
    process: z
      .enum(['RUNNING', 'CLOSED', 'ARCHIVED', 'FORGOTTEN', 'UNREACHABLE'])
      .describe(
        'Where activities and timers were read: `ARCHIVED` once Temporal has deleted the workflow (or does not answer), `FORGOTTEN` if it was not archived',
      ),
  })
  .meta({ id: 'Timeline' });
export type ShownTimeline = z.output<typeof timeline>;
export type ShownTimelineItem = ShownTimeline['items'][number];
