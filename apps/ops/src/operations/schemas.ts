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
import { customerRefSchema, filterParameters } from '../reissues/filter.js';
import { reissueIdSchema } from '../reissues/schemas.js';
import { findings } from './planner.js';

export const operationIdSchema = z.string().regex(/^op_[0-9a-f]{32}$/, 'must be an operation id');

const textUpTo = (most: number) => oneLine.trim().min(3).max(most);

const serial = z
  .string()
  .max(80)
  .transform((text, context) => {
    const serial = normaliseSerial(text);
    if (serial !== undefined) return serial;
    context.addIssue({ code: 'custom', message: 'must be a serial number' });
    return z.NEVER;
  });

/** Above the limit of an operation, so that its own problem states the limit. */
const maxSelected = 20_000;

const filter = z.strictObject({
  ...filterParameters,
  open: z.boolean().optional(),
  parked: z.boolean().optional(),
});
const selection = z
  .union([
    z.strictObject({ reissueIds: z.array(reissueIdSchema).max(maxSelected) }),
    z.strictObject({ serials: z.array(serial).max(maxSelected) }),
    z.strictObject({ customerRefs: z.array(customerRefSchema).max(maxSelected) }),
    z.strictObject({ filter }),
  ])
  .meta({
    id: 'OperationSelection',
    description:
      'Reissues by id or by filter, for retry, abandon, withdraw and endCoolingOff; serial numbers, for revoke, hold and release; pseudonyms of customers, for unblock',
  });
const parameters = z
  .strictObject({
    revocationReason: z
      .enum(revocationReasons)
      .optional()
      .describe('RFC 5280 section 5.3.1; required by `revoke`, not allowed otherwise'),
    invalidityDate: timestampSchema.optional().describe('`revoke` only; must not be in the future'),
    until: timestampSchema
      .optional()
      .describe('`endCoolingOff` only: an earlier end of the wait. Without it, the wait ends at once'),
  })
  .meta({ id: 'OperationParameters' });
const content = {
  selection,
  parameters: parameters.default({}),
  reason: textUpTo(500).describe('Free text for the audit trail and the approver'),
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
  .describe('`digest` of the operation that the caller read');
const proof = z
  .string()
  .max(8_000)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'must be an ID token')
  .describe(
    'ID token of an OpenID Connect sign-in with the nonce `confirm.<digest>` or `approve.<digest>`; worker, signer and verifier check it again',
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
  requestedBy: oneLine.max(140).optional(),
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
    selection: z.record(z.string(), z.unknown()).describe('The selection of the request'),
    parameters,
    reason: z.string(),
    digest: z
      .string()
      .describe(
        'Digest of the plan, which confirmation and approval name; it changes with every part of the plan',
      ),
    items: z.int(),
    planned: counts
      .optional()
      .describe('Number of items by expected outcome; only when one operation is read'),
    outcomes: counts.describe('Number of items by outcome so far'),
    untried: z.int().describe('Number of items not tried yet'),
    needsApproval: z.boolean(),
    requestedBy: z.string(),
    approvedBy: z.string().nullable().describe('The person who approved the current digest'),
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
    target: z.string().describe('Reissue id, serial number, or pseudonym of a customer'),
    plan: z
      .object({
        expected: z.string().describe('Outcome of a try now, or the reason why nothing would change'),
        acts: z.boolean().describe('Whether the operation would change the item'),
        state: z.string().optional(),
        step: z.string().optional(),
        code: z.string().optional(),
        parkedSince: z.string().optional(),
        finding: z
          .enum(findings)
          .optional()
          .describe('State in our records if the outcome at the other system is unknown'),
        reissueId: z.string().optional(),
      })
      .meta({ id: 'OperationItemPlan' }),
    outcome: z.string().nullable().describe('null until the item was tried'),
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
