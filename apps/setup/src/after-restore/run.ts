import { changeStatus } from '#activities/revocation';
import { inTransaction } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { completeRestore, pendingRestore, setRestoreFloors, allowRestoreWrites } from '#libs/db/restores';
import {
  isFinal,
  taskQueues,
  workflowIdOf,
  workflowTaskTimeoutMs,
  type CertificateAct,
  type ReasonToRevoke,
} from '#libs/domain';
import type { PublishedEvent } from '#libs/events';
import { recordFinding } from '#libs/restore';
import type { RestoreConfig } from '../config.js';
import { applyDecision, type ApplyContext } from './apply-decision.js';
import { decideRecovery, type RecoveryDecision } from './decide.js';
import type { ReissueFacts } from './facts.js';
import { collectLostRecords, type CollectContext, type LostRecords } from './collect-lost.js';
import { forkOf, type LogFork } from './log-fork.js';
import { describeDecision, describeSummary } from './words.js';

interface AfterRestoreContext extends CollectContext, ApplyContext {
  readonly config: RestoreConfig;
  readonly print: (line: string) => void;
}

interface AfterRestoreOptions {
  /** Carries out the decisions; otherwise they are only printed. */
  readonly confirm: boolean;
  /** Records a restore that no process has detected. */
  readonly declared: boolean;
}

interface ReissueCase {
  readonly facts: ReissueFacts;
  readonly decision: RecoveryDecision;
}

/**
 * Reconciles a database that was restored from a backup with the other stores. It can be run again at any time: what was
 * already done is skipped.
 *
 * @returns the exit code
 */
export async function afterRestore(
  context: AfterRestoreContext,
  { confirm, declared }: AfterRestoreOptions,
): Promise<number> {
  const { db, config, print } = context;
  if (confirm && declared)
    await recordFinding(
      { ...context, process: context.actor, logger: { error: () => undefined } },
      { finding: 'DECLARED', details: {} },
    );
  const pending = await pendingRestore(db);
  const lost = await collectLostRecords(context);
  const fork = await forkOf(db, lost.checkpoints, config.checkpointFile);
  const cases = lost.reissues
    .map((facts) => ({ facts, decision: decideRecovery(facts) }))
    .filter(needsReconciling);
  for (const { facts, decision } of cases) print(describeDecision(facts, decision));
  for (const line of describeSummary(cases.length, lost, fork, pending)) print(line);
  if (!confirm) {
    print('Nothing was changed. Use --confirm to carry this out.');
    return 0;
  }
  if (!pending) {
    print('No restore is pending. If the database was restored, add --declare.');
    return cases.length > 0 || fork ? 1 : 0;
  }
  await carryOut(context, lost, fork, cases);
  print('Done. Changes are allowed again.');
  return 0;
}

/** Whether there is work for a reissue: one that has ended in the database and lost no certificate needs none. */
const needsReconciling = ({ facts: { row }, decision }: ReissueCase): boolean =>
  decision.act !== 'GO_ON' || decision.revoke.length > 0 || !row || !isFinal(row.state);

async function carryOut(
  context: AfterRestoreContext,
  lost: LostRecords,
  fork: LogFork | undefined,
  cases: readonly ReissueCase[],
): Promise<void> {
  const { db, actor, clock } = context;
  const entry = { actor, action: 'reconcileRestore', occurredAt: clock() } as const;
  await inTransaction(db, async (tx) => {
    await allowRestoreWrites(tx);
    await appendAuthorityEntry(tx, { ...entry, outcome: 'STARTED', details: { reissues: cases.length } });
    await setRestoreFloors(tx, floorsAbove(lost, clock()));
  });
  for (const { facts, decision } of cases) await applyDecision(context, facts, decision);
  const changed = await repeatStatuses(context, lost.certificates);
  await inTransaction(db, async (tx) => {
    await allowRestoreWrites(tx);
    const at = clock();
    await appendAuthorityEntry(tx, {
      ...entry,
      outcome: 'DONE',
      details: { ...countsOf(cases), statusesRepeated: changed, ...(fork ? { log: fork } : {}) },
      occurredAt: at,
    });
    await completeRestore(tx, { completedBy: actor, at });
  });
  for (const one of cases) await wakeWorkflow(context, one);
}

const beginning = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
/** Upper bound of the events of one stream in a minute. */
const eventsPerMinute = 100;

/**
 * Floors above all event and CRL numbers that were used. They grow with time, faster than the numbers of any stream, so
 * that a second restore from an older backup does not lead to the same numbers.
 */
function floorsAbove(
  { largestSequence, largestCrl }: Pick<LostRecords, 'largestSequence' | 'largestCrl'>,
  now: Date,
): { eventFloor: number; crlFloor: bigint } {
  const byTime = Math.ceil((now.getTime() - beginning) / minuteMs) * eventsPerMinute;
  const crlByTime = BigInt(Math.floor(now.getTime() / 1_000));
  return {
    eventFloor: Math.max(byTime, largestSequence),
    crlFloor: crlByTime > largestCrl ? crlByTime : largestCrl,
  };
}

const acts: Readonly<Record<string, CertificateAct>> = {
  'reseal.certificate.revoked.v1': 'revoke',
  'reseal.certificate.held.v1': 'hold',
  'reseal.certificate.released.v1': 'release',
};

/** Repeats published revocations, holds and releases. @returns the number of certificates that changed */
async function repeatStatuses(
  { db, actor }: AfterRestoreContext,
  events: readonly PublishedEvent[],
): Promise<number> {
  let changed = 0;
  for (const { type, key: serial, data, occurredAt } of events) {
    const certificateAct = acts[type];
    if (!certificateAct) continue;
    await inTransaction(db, async (tx) => {
      await allowRestoreWrites(tx);
      const reason = (data['revocationReason'] ?? 'unspecified') as ReasonToRevoke;
      const change = certificateAct === 'revoke' ? { act: certificateAct, reason } : { act: certificateAct };
      const { outcome } = await changeStatus(tx, serial, change, occurredAt);
      if (outcome !== 'DONE') return;
      changed += 1;
      await appendAuthorityEntry(tx, {
        actor,
        action: `certificate.${certificateAct}`,
        outcome: 'DONE',
        ...(certificateAct === 'revoke' ? { reason } : {}),
        details: { serial, afterRestore: true },
        occurredAt,
      });
    });
  }
  return changed;
}

function countsOf(cases: readonly ReissueCase[]): Record<string, number> {
  const counts: Record<string, number> = {
    REGISTER: 0,
    ISSUE: 0,
    END: 0,
    GO_ON: 0,
    START_AGAIN: 0,
    revoked: 0,
  };
  for (const { decision } of cases) {
    counts[decision.act]! += 1;
    counts['revoked']! += decision.revoke.length + ('lost' in decision ? decision.lost.length : 0);
  }
  return counts;
}

/**
 * Signals a running workflow to read its row again. Without one, starts a workflow for an open reissue, or for one that the
 * reconciliation ended, which notifies the customer and completes.
 */
async function wakeWorkflow(
  { temporal }: AfterRestoreContext,
  { facts, decision }: ReissueCase,
): Promise<void> {
  const { reissueId, workflow } = facts;
  const workflowId = workflowIdOf(reissueId);
  if (workflow?.status === 'RUNNING') {
    await temporal.workflow.getHandle(workflowId).signal('refresh');
    return;
  }
  const ended = decision.act === 'END' && decision.byRestore;
  const open =
    decision.act === 'ISSUE' || (decision.act === 'GO_ON' && facts.row && !isFinal(facts.row.state));
  if (ended || open)
    await temporal.workflow.start('reissueCertificate', {
      workflowId,
      taskQueue: taskQueues.reissue,
      args: [{ reissueId, resume: true }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowTaskTimeout: workflowTaskTimeoutMs,
    });
}
