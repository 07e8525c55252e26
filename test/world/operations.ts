import { randomBytes } from 'node:crypto';
import { insertApproval, insertOperation, inTransaction, type Database } from '#libs/db';
import {
  needsApproval,
  type OperationKind,
  type OperationParameters,
  type OperatorMessage,
} from '#libs/domain';
import { digestOfOperation } from '#libs/operations';

export interface GivenOperation {
  readonly kind: OperationKind;
  readonly targets: readonly { readonly target: string; readonly parkSequence?: number }[];
  readonly requestedBy?: string;
  readonly reason?: string;
  readonly parameters?: OperationParameters;
  /** null: nobody has approved it. */
  readonly approvedBy?: string | null;
  readonly at: Date;
}

/** An operation that is under way, as if it had been planned, confirmed and, where its kind needs it, approved. */
export async function begunOperation(owner: Database, given: GivenOperation): Promise<string> {
  const operationId = `op_${randomBytes(16).toString('hex')}`;
  const { kind, requestedBy = 'staff:olivia', reason = 'the provider is back', parameters = {}, at } = given;
  const { approvedBy = needsApproval(kind) ? 'staff:april' : null } = given;
  const items = given.targets.map(({ target, parkSequence = null }, ordinal) => ({
    ...{ ordinal, target, parkSequence, park_sequence: parkSequence },
    plan: { expected: 'DONE' },
  }));
  const digest = digestOfOperation({ operationId, kind, requestedBy, parameters, reason, items });
  await inTransaction(owner, async (tx) => {
    await insertOperation(
      tx,
      {
        ...{ operation_id: operationId, kind, state: 'RUNNING', reason, digest, items: items.length },
        selection: JSON.stringify({}),
        parameters: JSON.stringify(parameters),
        requested_by: requestedBy,
        ...{ created_at: at, confirmed_at: at, updated_at: at },
      },
      items,
    );
    if (approvedBy !== null)
      await insertApproval(tx, {
        ...{ operation_id: operationId, digest, requested_by: requestedBy, decided_by: approvedBy },
        decision: 'APPROVED',
        decided_at: at,
      });
  });
  return operationId;
}

/** The same message in the name of an operation that says exactly this; one that names an operation stays as it is. */
export async function inAnOperation<M extends { readonly kind: string }>(
  owner: Database,
  reissueId: string,
  message: M,
  at: Date,
): Promise<M> {
  if (!isOfOperator(message) || message.operationId !== undefined) return message;
  const parkSequence = message.kind === 'retry' ? { parkSequence: message.parkSequence } : {};
  const operationId = await begunOperation(owner, {
    kind: message.kind,
    targets: [{ target: reissueId, ...parkSequence }],
    requestedBy: message.operator,
    reason: message.reason,
    at,
  });
  return { ...message, operationId };
}

const isOfOperator = (message: { readonly kind: string }): message is OperatorMessage =>
  ['retry', 'abandon', 'withdraw'].includes(message.kind);
