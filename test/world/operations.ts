import { randomBytes } from 'node:crypto';
import { createOperationActivities } from '#activities/operations';
import { inTransaction, type Database } from '#libs/db';
import { insertApproval, insertOperation, insertProof, insertStaffKeys } from '#libs/db/operations';
import {
  needsApproval,
  proofNonceOf,
  roleToProve,
  type OperationKind,
  type OperationParameters,
  type OperatorMessage,
  type ProvenAct,
} from '#libs/domain';
import { digestOfOperation } from '#libs/approvals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';

export interface GivenOperation {
  readonly kind: OperationKind;
  readonly targets: readonly { readonly target: string; readonly parkSequence?: number }[];
  readonly requestedBy?: string;
  readonly reason?: string;
  readonly parameters?: OperationParameters;
  /** `null` without an approval. */
  readonly approvedBy?: string | null;
  readonly at: Date;
}

const issuer = { issuer: 'http://issuer.spec', audience: 'reseal-console' };
const issuerKey = { kid: 'staff-spec', pair: generateKeyPair('ES256', { extractable: true }) };

/** The key of a staff issuer of these tests, as the worker stores it. */
async function staffKey(learnedAt: Date) {
  const { kid, pair } = issuerKey;
  const jwk = { ...(await exportJWK((await pair).publicKey)), kid, alg: 'ES256' };
  return { kid, ...issuer, roles_claim: 'roles', jwk, learned_at: learnedAt };
}

/** The ID token that the issuer signs when this person confirms or approves a plan. */
async function signProof(act: ProvenAct, actor: string, digest: string, at: Date): Promise<string> {
  const issuedAt = Math.floor(at.getTime() / 1_000);
  return new SignJWT({ roles: [roleToProve[act]], nonce: proofNonceOf(act, digest) })
    .setProtectedHeader({ alg: 'ES256', kid: issuerKey.kid })
    .setIssuer(issuer.issuer)
    .setAudience(issuer.audience)
    .setSubject(actor.replace(/^staff:/, ''))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 300)
    .sign((await issuerKey.pair).privateKey);
}

/** Inserts a running operation: planned, confirmed and, if its kind needs it, approved. */
export async function createRunningOperation(owner: Database, given: GivenOperation): Promise<string> {
  const operationId = `op_${randomBytes(16).toString('hex')}`;
  const { kind, requestedBy = 'staff:olivia', reason = 'the provider is back', parameters = {}, at } = given;
  const { approvedBy = needsApproval(kind) ? 'staff:april' : null } = given;
  const items = given.targets.map(({ target, parkSequence = null }, ordinal) => ({
    ...{ ordinal, target, parkSequence, park_sequence: parkSequence },
    plan: { expected: 'DONE' },
  }));
  const digest = digestOfOperation({ operationId, kind, requestedBy, parameters, reason, items });
  await insertStaffKeys(owner, [await staffKey(at)]);
  const prove = async (act: ProvenAct, actor: string) => ({
    ...{ operation_id: operationId, digest, act, actor, recorded_at: at },
    token: await signProof(act, actor, digest, at),
  });
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
    await insertProof(tx, await prove('confirm', requestedBy));
    if (approvedBy === null) return;
    await insertApproval(tx, {
      ...{ operation_id: operationId, digest, requested_by: requestedBy, decided_by: approvedBy },
      decision: 'APPROVED',
      decided_at: at,
    });
    await insertProof(tx, await prove('approve', approvedBy));
  });
  return operationId;
}

/** Adds a matching operation to an operator's message without one. Other messages stay as they are. */
export async function withOperation<M extends { readonly kind: string }>(
  owner: Database,
  reissueId: string,
  message: M,
  at: Date,
): Promise<M> {
  if (!isOperatorMessage(message) || message.operationId !== undefined) return message;
  const parkSequence = message.kind === 'retry' ? { parkSequence: message.parkSequence } : {};
  const operationId = await createRunningOperation(owner, {
    kind: message.kind,
    targets: [{ target: reissueId, ...parkSequence }],
    requestedBy: message.operator,
    reason: message.reason,
    at,
  });
  return { ...message, operationId };
}

const isOperatorMessage = (message: { readonly kind: string }): message is OperatorMessage =>
  ['retry', 'abandon', 'withdraw', 'endCoolingOff'].includes(message.kind);

/** The worker's settings for a staff issuer at this address. */
export const staffIssuerAt = (url: string) => ({
  issuer: url,
  audience: 'reseal-console',
  rolesClaim: 'roles',
});

/** Carries out an operation on certificates as the workflow does. */
export async function carryOut(
  operationId: string,
  { worker, issuer }: { readonly worker: Database; readonly issuer: string },
): Promise<void> {
  const activities = createOperationActivities({
    ...{ db: worker, clock: () => new Date(), temporal: { workflow: undefined as never } },
    ...{ logger: pino({ level: 'silent' }), staffIssuer: staffIssuerAt(issuer) },
  });
  const inActivity = <T>(work: () => Promise<T>) =>
    new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);
  if (!(await inActivity(() => activities.beginOperation(operationId)))) return;
  while ((await inActivity(() => activities.runOperationItems(operationId))).more);
  await inActivity(() => activities.endOperation(operationId));
}
