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
import { claimSchema, noteSchema } from '../claims/schemas.js';
import { systemSchema } from '../figures/schemas.js';
import { cursorSchema, limitSchema } from '../paging/cursor.js';
import { filterParameters } from './filter.js';

export const reissueIdSchema = z.string().regex(reissueIdPattern, 'must be a reissue id');

const timestamp = z.iso.datetime().describe('RFC 3339, UTC');
const localizedText = z.object({ ko: z.string(), en: z.string() }).meta({ id: 'LocalizedText' });

export const listQuery = z.strictObject({
  ...filterParameters,
  sort: z
    .enum(reissueSorts)
    .default('-createdAt')
    .describe('Newest first, oldest first, or parked reissues by waiting time (others are left out)'),
  limit: limitSchema(200, 50),
  cursor: cursorSchema.optional(),
});

export const countQuery = z.strictObject({
  ...filterParameters,
  by: z.enum(reissueGroupings).optional().describe('Also count each value of this property'),
});

const parking = z
  .object({
    step: z.enum(parkableSteps),
    code: z.enum(parkCodes),
    since: timestamp,
    system: systemSchema.nullable(),
    claim: claimSchema.nullable().describe('The operator who works on it'),
    sequence: z.int().describe('Number of this parking within the reissue; a retry names it'),
  })
  .meta({ id: 'Parking' });

const summaryShape = {
  id: z.string(),
  receiptNumber: z.string().describe('By which the customer names the reissue, e.g. K7M-2QX-9TR'),
  state: z.enum(states),
  reason: z.enum(reasons),
  basis: z.enum(bases).nullable(),
  customerRef: z.string().describe('Pseudonym of the customer'),
  serial: z.string().nullable().describe('Serial number of the new certificate'),
  parked: parking.nullable(),
  endCode: z.enum(endCodes).nullable(),
  deadline: timestamp
    .nullable()
    .describe('When the reissue ends unless the customer acts; null while parked or ended'),
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
    exact: z.boolean().describe('false if there are more: counting stops at 10,000'),
    groups: z
      .array(z.object({ value: z.string(), count: z.int(), exact: z.boolean() }))
      .optional()
      .describe('With `by`: the count of each value that occurs'),
  })
  .meta({ id: 'ReissueCount' });
export type ShownReissueCount = z.output<typeof reissueCount>;

/** An operation that named a reissue or a certificate. */
export const operationOnTarget = z
  .object({
    operationId: z.string(),
    kind: z.enum(operationKinds),
    state: z.enum(operationStates),
    outcome: z.string().nullable().describe('Result for this target; null until the target was tried'),
    requestedBy: z.string(),
    approvedBy: z.string().nullable(),
    reason: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'OperationOnTarget' });

export const reissueDetail = z
  .object({
    ...summaryShape,
    effectiveReason: z.enum(reasons).describe('The reason that the policy applies'),
    applicantBy: z.enum(identifierKinds).describe('Kind of the claimed identifier'),
    methods: z.array(z.enum(identityMethods)).describe('Identity methods offered now'),
    attempts: z.object({ identity: z.int(), password: z.int().nullable() }),
    steps: z.int().describe('Number of calls so far; a reissue accepts at most 100'),
    oldSerial: z.string().nullable().describe('Serial number of the certificate to be replaced'),
    milestones: z.object({
      identityVerifiedAt: timestamp.nullable(),
      passwordVerifiedAt: timestamp.nullable(),
      consentsCompletedAt: timestamp.nullable(),
      issuedAt: timestamp.nullable(),
      downloadedAt: timestamp.nullable(),
      archivedAt: timestamp.nullable(),
    }),
    archiveDueAt: timestamp
      .nullable()
      .describe('When the history will be archived; null before the end and once it is archived'),
    waitingFor: z
      .object({
        who: z.enum(['customer', 'operator', 'system']),
        text: localizedText,
        since: timestamp,
        until: timestamp.nullable().describe('Deadline; `text` says what happens then'),
      })
      .nullable()
      .describe('null once the reissue has ended'),
    possible: z.array(z.enum(operationKinds)).describe('Kinds of operations that can be planned now'),
    operations: z.array(operationOnTarget).describe('Operations that name the reissue, newest first'),
    notes: z.array(noteSchema).describe('Notes of staff, newest first'),
    temporalUrl: z.string().nullable().describe('Address of the workflow in Temporal’s UI'),
  })
  .meta({ id: 'ReissueDetail' });
export type ShownReissueDetail = z.output<typeof reissueDetail>;

const timelineItemKinds = [
  'entry',
  'event',
  'challenge',
  'notice',
  'activity',
  'timer',
  'operation',
] as const;

const timelineItem = z
  .object({
    at: timestamp,
    kind: z.enum(timelineItemKinds),
    actor: z.string().describe('`customer`, `system`, `signer` or `staff:<subject>`'),
    code: z
      .string()
      .describe('Stable name of the act, the state, the identity method, the activity or the timer'),
    text: localizedText,
    requestedBy: z.string().optional().describe('Operations only: the person who requested the operation'),
    approvedBy: z.string().optional().describe('Operations only: the person who approved the operation'),
    provider: z
      .string()
      .optional()
      .describe('Challenges and answers to them only: address of the provider that has the challenge'),
    outcome: z.string().nullable(),
    reason: z.string().nullable(),
    attempts: z.int().optional().describe('Activities only: number of attempts'),
    error: z.string().optional().describe('Activities only: error of the last attempt'),
    until: timestamp.optional().describe('When the timer fires or the activity is tried again'),
    pending: z.boolean().optional().describe('Whether the activity or the timer is still running'),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'TimelineItem' });

export const timeline = z
  .object({
    items: z.array(timelineItem).describe('Oldest first'),
    process: z
      .enum(['RUNNING', 'CLOSED', 'ARCHIVED', 'FORGOTTEN', 'UNREACHABLE'])
      .describe(
        'Source of activities and timers. `ARCHIVED`: read from the archive, because Temporal has deleted the workflow or does not answer. `FORGOTTEN`: deleted by Temporal and not archived',
      ),
  })
  .meta({ id: 'Timeline' });
export type ShownTimeline = z.output<typeof timeline>;
export type ShownTimelineItem = ShownTimeline['items'][number];
