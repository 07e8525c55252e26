import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { canonicalJson, InvalidProof } from '#libs/audit-proofs';
import { inTransaction, type RoleTx } from '#libs/db';
import { appendAuthorityEntry, appendItemEntries } from '#libs/db/audit';
import {
  findOperationByRequest,
  insertApproval,
  insertOperation,
  insertProof,
  lockOperation,
  replacePlan,
  setOperationState,
  type OperationRow,
} from '#libs/db/operations';
import {
  needsApproval,
  operationLifetimeMs,
  operationWorkflowIdOf,
  targetsOf,
  taskQueues,
  type AuthorityAction,
  type OperationKind,
  type OperationParameters,
  type OperationSelection,
  type OperationState,
  type OperationTargets,
  type ProvenAct,
} from '#libs/domain';
import { invalidRequest } from '#libs/http';
import { digestOfOperation } from '#libs/approvals';
import type { z } from 'zod';
import { IssuerUnavailable, StaffTokens } from '../access/staff-tokens.js';
import type { Staff } from '../access/staff.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem, opsUnavailable } from '../problems.js';
import { planItems, type PlannedItem } from './planner.js';
import type {
  approveRequest,
  changeOperationRequest,
  confirmRequest,
  planOperationRequest,
  rejectRequest,
} from './schemas.js';

type Confirmation = z.output<typeof confirmRequest>;
type Approval = z.output<typeof approveRequest>;
type Rejection = z.output<typeof rejectRequest>;

/** The acts of staff on operations. Each act and its audit entry are one transaction. */
@Injectable()
export class OperationActs {
  private readonly logger = new Logger(OperationActs.name);

  constructor(
    private readonly dependencies: OpsDependencies,
    private readonly tokens: StaffTokens,
  ) {}

  /** Stores a dry run: nothing is carried out until it is confirmed. A repeated request returns the same operation. */
  async plan(staff: Staff, key: string, request: z.output<typeof planOperationRequest>): Promise<string> {
    const { db, clock } = this.dependencies;
    const requestKey = sha256([staff.actor, key].join('\0'));
    const requestDigest = sha256(canonicalJson(request));
    const before = await findOperationByRequest(db, requestKey);
    if (before) return sameRequest(before, requestDigest);
    const now = clock();
    const operationId = `op_${randomBytes(16).toString('hex')}`;
    const content = { kind: request.kind, ...givenContent(request) };
    checkContent(content, now);
    const items = await planItems(db, content.kind, content.selection, { by: staff.actor, now });
    const digest = digestOf(operationId, staff.actor, content, items);
    const inserted = await inTransaction(db, async (tx) => {
      const row = {
        ...{ operation_id: operationId, kind: content.kind, state: 'PLANNED' as const, digest },
        ...columnsOf(content),
        ...{ items: items.length, requested_by: staff.actor },
        ...{ request_key: requestKey, request_digest: requestDigest, created_at: now, updated_at: now },
      };
      if (!(await insertOperation(tx, row, rowsOf(items)))) return false;
      await this.audit(tx, staff, 'plan', { operationId, kind: content.kind, digest }, items, content.reason);
      return true;
    });
    if (inserted) return operationId;
    const same = await findOperationByRequest(db, requestKey); // inserted by a concurrent request
    return sameRequest(same!, requestDigest);
  }

  /**
   * Plans the operation again. An earlier confirmation or approval becomes void, because it was for another digest. If
   * the digest stays the same, nothing changes, and a confirmation stays valid.
   */
  async change(
    staff: Staff,
    operationId: string,
    request: z.output<typeof changeOperationRequest>,
  ): Promise<void> {
    const { db, clock } = this.dependencies;
    await inTransaction(db, async (tx) => {
      const row = await this.lockInState(tx, operationId, ['PLANNED', 'AWAITING_APPROVAL']);
      if (row.requested_by !== staff.actor) throw opsProblem('not-your-operation');
      const now = clock();
      const content = {
        kind: row.kind,
        ...{ selection: row.selection, parameters: row.parameters, reason: row.reason },
        ...givenContent(request),
      };
      checkContent(content, now);
      const items = await planItems(db, row.kind, content.selection, { by: staff.actor, now });
      const digest = digestOf(operationId, staff.actor, content, items);
      if (digest === row.digest) return;
      const columns = { ...columnsOf(content), digest, items: items.length, updated_at: now };
      await replacePlan(tx, operationId, columns, rowsOf(items));
      await this.audit(tx, staff, 'change', { operationId, kind: row.kind, digest }, items, content.reason);
    });
  }

  /** The requester confirms the plan. An operation that needs no approval starts. */
  async confirm(staff: Staff, operationId: string, { digest, proof }: Confirmation): Promise<void> {
    const { db, clock } = this.dependencies;
    await this.requireProof(staff, 'confirm', digest, proof);
    const state = await inTransaction(db, async (tx) => {
      const row = await this.lockInState(tx, operationId);
      if (row.requested_by !== staff.actor) throw opsProblem('not-your-operation');
      if (row.digest !== digest) throw opsProblem('operation-changed');
      // A repeated call: the operation is confirmed already.
      if (row.state === 'AWAITING_APPROVAL' || row.state === 'RUNNING') return row.state;
      this.requireState(row, ['PLANNED']);
      const now = clock();
      const next = needsApproval(row.kind) ? 'AWAITING_APPROVAL' : 'RUNNING';
      await this.storeProof(tx, staff, 'confirm', row, proof, now);
      await this.auditItems(tx, staff, 'confirm', row, { proof });
      await setOperationState(tx, operationId, next, { confirmed_at: now, updated_at: now });
      return next;
    });
    if (state === 'RUNNING') await this.start(operationId);
  }

  /** A second person approves the plan with this digest, and the operation starts. */
  async approve(staff: Staff, operationId: string, approval: Approval): Promise<void> {
    await this.requireProof(staff, 'approve', approval.digest, approval.proof);
    await this.decide(staff, operationId, approval, 'APPROVED');
    await this.start(operationId);
  }

  /** A second person rejects the plan with this digest, and the operation ends. */
  async reject(staff: Staff, operationId: string, rejection: Rejection): Promise<void> {
    await this.decide(staff, operationId, rejection, 'REJECTED');
  }

  /** Ends the operation. A running one stops before its next item. */
  async cancel(staff: Staff, operationId: string): Promise<void> {
    const { db, clock } = this.dependencies;
    await inTransaction(db, async (tx) => {
      const row = await this.lockInState(tx, operationId);
      if (row.state === 'CANCELLED') return;
      this.requireState(row, ['PLANNED', 'AWAITING_APPROVAL', 'RUNNING']);
      const now = clock();
      await setOperationState(tx, operationId, 'CANCELLED', { ended_at: now, updated_at: now });
      await this.auditItems(tx, staff, 'cancelOperation', row);
    });
  }

  private async decide(
    staff: Staff,
    operationId: string,
    { digest, comment, proof }: Omit<Approval, 'proof'> & { readonly proof?: string },
    decision: 'APPROVED' | 'REJECTED',
  ): Promise<void> {
    const { db, clock } = this.dependencies;
    const action = decision === 'APPROVED' ? 'approve' : 'reject';
    const own = await inTransaction(db, async (tx) => {
      const row = await this.lockInState(tx, operationId);
      if (row.requested_by === staff.actor) {
        await this.auditItems(tx, staff, action, row, { outcome: 'REFUSED', reason: 'NOT_YOUR_OWN' });
        return true;
      }
      this.requireState(row, ['AWAITING_APPROVAL']);
      if (row.digest !== digest) throw opsProblem('operation-changed');
      const now = clock();
      await insertApproval(tx, {
        ...{ operation_id: operationId, digest, requested_by: row.requested_by, decided_by: staff.actor },
        ...{ decision, comment: comment ?? null, decided_at: now },
      });
      if (proof !== undefined) await this.storeProof(tx, staff, 'approve', row, proof, now);
      await this.auditItems(tx, staff, action, row, { proof, reason: comment });
      if (decision === 'APPROVED') await setOperationState(tx, operationId, 'RUNNING', { updated_at: now });
      else await setOperationState(tx, operationId, 'REJECTED', { ended_at: now, updated_at: now });
      return false;
    });
    if (own) throw opsProblem('not-your-own');
  }

  /** Verifies that the caller signed in to confirm or approve exactly this digest. */
  private async requireProof({ actor }: Staff, act: ProvenAct, digest: string, proof: string): Promise<void> {
    await this.tokens.verifyProof(proof, { act, digest, actor }).catch((error: unknown) => {
      if (error instanceof InvalidProof) throw opsProblem('proof-refused', { cause: error });
      throw error instanceof IssuerUnavailable ? opsUnavailable(error) : error;
    });
  }

  /** Stores the proof for worker and signer, which verify it with issuer keys that this app cannot write. */
  private storeProof(
    tx: RoleTx<'ops'>,
    { actor }: Staff,
    act: ProvenAct,
    { operation_id, digest }: OperationRow,
    token: string,
    at: Date,
  ): Promise<void> {
    return insertProof(tx, { operation_id, digest, act, actor, token, recorded_at: at });
  }

  /** Records the act in the audit trail of each item, with requester and approver. */
  private auditItems(
    tx: RoleTx<'ops'>,
    { actor }: Staff,
    action: AuthorityAction,
    { operation_id: operationId, kind, digest, items, requested_by: requestedBy }: OperationRow,
    { outcome = 'DONE', proof, reason }: ItemAudit = {},
  ): Promise<void> {
    return appendItemEntries(tx, operationId, {
      ...{ actor, action, outcome },
      ...(reason === undefined ? {} : { reason }),
      details: {
        ...{ operationId, kind, digest, items, requestedBy },
        ...(action === 'approve' && outcome === 'DONE' ? { approvedBy: actor } : {}),
        ...(proof === undefined ? {} : { proof }),
      },
      occurredAt: this.dependencies.clock(),
    });
  }

  /** Starts the workflow. While Temporal cannot be reached, the reconciliation starts it within minutes. */
  private async start(operationId: string): Promise<void> {
    try {
      await this.dependencies.temporal.client.workflow.start('runOperation', {
        workflowId: operationWorkflowIdOf(operationId),
        taskQueue: taskQueues.reissue,
        args: [{ operationId }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
    } catch (error) {
      this.logger.warn({ operationId, err: error }, 'the workflow of an operation cannot be started yet');
    }
  }

  /** The operation's row, locked. @throws {ProblemError} if it does not exist, or is in none of the states */
  private async lockInState(
    tx: RoleTx<'ops'>,
    operationId: string,
    states?: readonly OperationState[],
  ): Promise<OperationRow> {
    const row = await lockOperation(tx, operationId);
    if (!row) throw opsProblem('not-found');
    if (states) this.requireState(row, states);
    return row;
  }

  private requireState(row: OperationRow, states: readonly OperationState[]): void {
    const waits = row.state === 'PLANNED' || row.state === 'AWAITING_APPROVAL';
    const late = this.dependencies.clock().getTime() - row.updated_at.getTime() > operationLifetimeMs;
    if (!states.includes(row.state) || (waits && late))
      throw opsProblem('wrong-operation-state', {
        extensions: { state: waits && late ? 'EXPIRED' : row.state },
      });
  }

  private async audit(
    tx: RoleTx<'ops'>,
    { actor }: Staff,
    action: AuthorityAction,
    about: { readonly operationId: string; readonly kind: OperationKind; readonly digest: string },
    items: readonly PlannedItem[],
    reason: string,
  ): Promise<void> {
    const only = items.length === 1 ? items[0]!.target : undefined;
    await appendAuthorityEntry(tx, {
      ...{ actor, action, outcome: 'DONE', reason },
      details: {
        ...{ ...about, items: items.length, requestedBy: actor },
        // So that a search for the single item finds the entry.
        ...(only === undefined ? {} : { [targetNames[targetsOf(about.kind)]]: only }),
      },
      occurredAt: this.dependencies.clock(),
    });
  }
}

/** The additional members of the audit entry of an act on items. */
interface ItemAudit {
  readonly outcome?: 'DONE' | 'REFUSED';
  readonly proof?: string | undefined;
  readonly reason?: string | undefined;
}

interface Content {
  readonly kind: OperationKind;
  readonly selection: OperationSelection;
  readonly parameters: OperationParameters;
  readonly reason: string;
}

/** The members of the request that were given. JSON has no undefined, and neither has the digest. */
function givenContent<T extends z.output<typeof changeOperationRequest>>(request: T) {
  const { selection, parameters, reason } = JSON.parse(JSON.stringify(request)) as Partial<Content>;
  return {
    ...(selection ? { selection } : {}),
    ...(parameters ? { parameters } : {}),
    ...(reason === undefined ? {} : { reason }),
  } as T extends { reason: string } ? Omit<Content, 'kind'> : Partial<Omit<Content, 'kind'>>;
}

/** The member of an audit entry that names a target. */
const targetNames: Readonly<Record<OperationTargets, string>> = {
  reissues: 'reissueId',
  certificates: 'serial',
  customers: 'customerRef',
};

/** @throws {ProblemError} if selection or parameters do not fit the kind */
function checkContent({ kind, selection, parameters }: Content, now: Date): void {
  const { revocationReason, invalidityDate, until } = parameters;
  const fault = (path: readonly string[], message: string) => invalidRequest([{ path, message }]);
  const target = targetsOf(kind);
  const selected =
    'serials' in selection ? 'certificates' : 'customerRefs' in selection ? 'customers' : 'reissues';
  if (target !== selected)
    throw fault(['selection'], target === 'certificates' ? 'must name serials' : `must name ${target}`);
  if (kind === 'revoke' && !revocationReason) throw fault(['parameters', 'revocationReason'], 'is required');
  if (kind !== 'revoke' && (revocationReason ?? invalidityDate))
    throw fault(['parameters'], 'are allowed for revoke only');
  if (until && kind !== 'endCoolingOff')
    throw fault(['parameters', 'until'], 'is allowed for endCoolingOff only');
  if (invalidityDate && new Date(invalidityDate) > now)
    throw fault(['parameters', 'invalidityDate'], 'must not be in the future');
}

function digestOf(operationId: string, requestedBy: string, content: Content, items: readonly PlannedItem[]) {
  const { kind, parameters, reason } = content;
  const plain = items.map((item) => ({ ...item, plan: { ...item.plan } }));
  return digestOfOperation({ operationId, kind, requestedBy, parameters, reason, items: plain });
}

const columnsOf = ({ selection, parameters, reason }: Content) => ({
  selection: JSON.stringify(selection),
  parameters: JSON.stringify(parameters),
  reason,
});

const rowsOf = (items: readonly PlannedItem[]) =>
  items.map(({ target, parkSequence, plan }, ordinal) => ({
    ...{ ordinal, target, park_sequence: parkSequence },
    plan: { ...plan },
  }));

function sameRequest(row: OperationRow, requestDigest: string): string {
  if (row.request_digest !== requestDigest) throw opsProblem('idempotency-mismatch');
  return row.operation_id;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
