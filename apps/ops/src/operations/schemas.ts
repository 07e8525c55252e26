import { normaliseSerial } from '#activities/revocation';
import {
  operationKinds,
  operationStates,
  revocationReasons,
  type OperationKind,
  type OperationState,
} from '#libs/domain';
import { z } from 'zod';
import { cursorSchema, limitSchema } from '../paging/cursor.js';
import { oneLine } from '../one-line.js';
import { timestampSchema } from '../paging/timestamp.js';
import { filterParameters } from '../reissues/filter.js';
import { reissueIdSchema } from '../reissues/schemas.js';
import { findings } from './planner.js';

export const operationIdSchema = z.string().regex(/^op_[0-9a-f]{32}$/, 'must be an operation id');

const line = z.string().regex(...oneLine);
const textUpTo = (most: number) => line.trim().min(3).max(most);

const serial = z
  .string()
  .max(80)
  .transform((text, context) => {
    const serial = normaliseSerial(text);
    if (serial !== undefined) return serial;
    context.addIssue({ code: 'custom', message: 'is no serial number' });
    return z.NEVER;
  });

/** More than may be selected, so that the problem says how many may. */
const selectedAtMost = 20_000;

const filter = z.strictObject({
  ...filterParameters,
  open: z.boolean().optional(),
  parked: z.boolean().optional(),
});
const selection = z
  .union([
    z.strictObject({ reissueIds: z.array(reissueIdSchema).max(selectedAtMost) }),
    z.strictObject({ serials: z.array(serial).max(selectedAtMost) }),
    z.strictObject({ filter }),
  ])
  .meta({
    id: 'OperationSelection',
    description:
      'Reissues by id or by filter, for retry, abandon and withdraw; serial numbers, for revoke, hold and release',
  });
const parameters = z
  .strictObject({
    revocationReason: z
      .enum(revocationReasons)
      .optional()
      .describe('RFC 5280 section 5.3.1; required by `revoke`, not allowed otherwise'),
    invalidityDate: timestampSchema.optional().describe('`revoke` only; must not be in the future'),
  })
  .meta({ id: 'OperationParameters' });
const content = {
  selection,
  parameters: parameters.default({}),
  reason: textUpTo(500).describe('In your words, for the audit trail and whoever approves it'),
};

export const planOperationRequest = z
  .strictObject({ kind: z.enum(operationKinds), ...content })
  .meta({ id: 'OperationRequest' });
export const changeOperationRequest = z
  .strictObject({
    selection: selection.optional(),
    parameters: parameters.optional(),
    reason: content.reason.optional(),
  })
  .meta({ id: 'OperationChange' });

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('Of the operation as you read it');
const proof = z
  .string()
  .max(8_000)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'must be an ID token')
  .describe(
    'ID token of a sign-in (OpenID Connect) whose nonce is `confirm.<digest>` or `approve.<digest>`: worker, signer and verifier check it again',
  );
export const confirmRequest = z.strictObject({ digest, proof }).meta({ id: 'OperationConfirmation' });
export const approveRequest = z
  .strictObject({ digest, proof, comment: textUpTo(500).optional() })
  .meta({ id: 'OperationApproval' });
export const rejectRequest = z
  .strictObject({ digest, comment: textUpTo(500) })
  .meta({ id: 'OperationRejection' });
export const cancelRequest = z.strictObject({}).default({});

const splitAtCommas = (value: unknown): unknown[] => (typeof value === 'string' ? value.split(',') : [value]);
const listOf = <T extends string>(values: readonly [T, ...T[]]) =>
  z.preprocess(
    (given) => (given === undefined ? undefined : [given].flat().flatMap(splitAtCommas)),
    z.array(z.enum(values)).optional(),
  );

export const operationsQuery = z.strictObject({
  state: listOf<OperationState>(operationStates),
  kind: listOf<OperationKind>(operationKinds),
  requestedBy: line.max(140).optional(),
  limit: limitSchema(200, 50),
  cursor: cursorSchema.optional(),
});
export const itemsQuery = z.strictObject({
  limit: limitSchema(1_000, 100),
  cursor: cursorSchema.optional(),
});

const optionalTime = z.iso.datetime().nullable();
const counts = z.record(z.string(), z.int());

const decision = z
  .object({
    decidedBy: z.string(),
    decision: z.enum(['APPROVED', 'REJECTED']),
    comment: z.string().nullable(),
    digest: z.string(),
    decidedAt: z.iso.datetime(),
  })
  .meta({ id: 'OperationDecision' });

export const operation = z
  .object({
    id: z.string(),
    kind: z.enum(operationKinds),
    state: z.enum(operationStates),
    selection: z.record(z.string(), z.unknown()).describe('What was asked for'),
    parameters,
    reason: z.string(),
    digest: z.string().describe('What is confirmed and approved: changes with everything that would be done'),
    items: z.int(),
    planned: counts.optional().describe('How many items are expected to come to what; of one operation only'),
    outcomes: counts.describe('How many items came to what so far'),
    untried: z.int().describe('How many were not tried yet'),
    needsApproval: z.boolean(),
    requestedBy: z.string(),
    approvedBy: z.string().nullable().describe('Of its digest as it is now'),
    approvals: z.array(decision),
    createdAt: z.iso.datetime(),
    confirmedAt: optionalTime,
    startedAt: optionalTime,
    endedAt: optionalTime,
  })
  .meta({ id: 'Operation' });
export type ShownOperation = z.output<typeof operation>;

export const operationPage = z
  .object({ items: z.array(operation), nextCursor: z.string().nullable() })
  .meta({ id: 'OperationPage' });

const item = z
  .object({
    ordinal: z.int(),
    target: z.string().describe('Reissue id or serial number'),
    plan: z
      .object({
        expected: z.string().describe('Outcome if it were tried now, or why nothing would be done'),
        acts: z.boolean().describe('Whether the operation would change it'),
        state: z.string().optional(),
        step: z.string().optional(),
        code: z.string().optional(),
        parkedSince: z.string().optional(),
        finding: z.enum(findings).optional().describe('What our records say where the outcome is unknown'),
        reissueId: z.string().optional(),
      })
      .meta({ id: 'OperationItemPlan' }),
    outcome: z.string().nullable().describe('null until it was tried'),
    notice: z
      .enum(['SENT', 'NO_CONTACT', 'NOT_SENT'])
      .nullable()
      .describe(
        'Whether the holder of a changed certificate was notified; null until the item was tried, and for reissues',
      ),
    detail: z.string().nullable(),
    triedAt: optionalTime,
  })
  .meta({ id: 'OperationItem' });
export const itemPage = z
  .object({ items: z.array(item), nextCursor: z.string().nullable() })
  .meta({ id: 'OperationItemPage' });
