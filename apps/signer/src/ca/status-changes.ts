import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  changeMany,
  changeOf,
  normaliseSerial,
  outcomeWords,
  planChanges,
  readSerialList,
  type ChangeRefusal,
  type PlannedChange,
  type StatusChange,
} from '#activities/revocation';
import { inTransaction } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { recordOutcome } from '#libs/db/operations';
import type { CertificateAct } from '#libs/domain';
import { approvedOperation, type ApprovedOperation } from '#libs/approvals';
import { CommandUsageError, type CommandContext } from './context.js';

/** The common options of `revoke`, `hold` and `release`, for `parseArgs`. */
export const changeOptions = {
  serials: { type: 'string' },
  operation: { type: 'string' },
  comment: { type: 'string' },
  json: { type: 'boolean', default: false },
  confirm: { type: 'boolean', default: false },
} as const;

interface ChangeArguments {
  readonly serials?: string | undefined;
  readonly operation?: string | undefined;
  readonly comment?: string | undefined;
  readonly json: boolean;
  readonly confirm: boolean;
}

const plannedWords = { revoke: 'REVOKE', hold: 'HOLD', release: 'RELEASE' } as const;

/** Refusals after which the certificate already has the requested status: the operator need not act. */
const settled: Readonly<Record<CertificateAct, readonly ChangeRefusal[]>> = {
  revoke: ['ALREADY_REVOKED'],
  hold: ['ALREADY_ON_HOLD'],
  release: ['NOT_ON_HOLD'],
};
/** What to do in place of a change that is refused. */
const advice: Partial<Record<ChangeRefusal, string>> = {
  REISSUE_OPEN: "cancel or abandon the reissue in the operators' console, which withdraws its certificate",
};
const refusedExitCode = 3;

/**
 * Shows the effect of a change of certificates. With `--confirm`, executes an operation that was planned and approved in
 * the operators' app. The change and its certificates are read from PostgreSQL only, and each certificate is changed only
 * if the operation is approved in the same transaction. So an operation can be executed while Temporal is not available;
 * after an interruption, the next run does the rest.
 *
 * @param requestedChange the change to show without `--operation`
 * @returns 0, or 3 if some certificates cannot be changed
 * @throws {CommandUsageError} if there is no list, or a line is not a serial number; if `--confirm` is given without an
 *   operation, or the operation must not be executed; then nothing is changed
 */
export async function changeStatuses(
  context: CommandContext,
  act: CertificateAct,
  requestedChange: () => StatusChange,
  positionals: readonly string[],
  { serials: file, operation: operationId, comment, json, confirm }: ChangeArguments,
): Promise<number> {
  if (comment !== undefined && !/^[^\p{Cc}]{1,500}$/u.test(comment))
    throw new CommandUsageError('A comment has 1 to 500 characters, on one line.');
  const report = new ChangeReport(context, json);
  if (operationId !== undefined) {
    if (file !== undefined || positionals.length > 0)
      throw new CommandUsageError('The operation contains the certificates: give no serial numbers with it.');
    const operation = await operationOf(context, operationId, act);
    const serials = operation.items.map(({ target }) => target);
    if (confirm) await execute(context, operation, serials, comment, report);
    else await show(context, serials, act, report);
    return report.exitCode(act);
  }
  if (confirm)
    throw new CommandUsageError(
      'Certificates are changed only by an approved operation: give it with --operation.',
    );
  requestedChange(); // the dry run also reports invalid arguments
  const serials = file === undefined ? serialsGiven(positionals) : serialsListed(file, positionals);
  await show(context, serials, act, report);
  return report.exitCode(act);
}

async function show(
  context: CommandContext,
  serials: readonly string[],
  act: CertificateAct,
  report: ChangeReport,
): Promise<void> {
  for await (const planned of planChanges(context.db(), serials, act, context.clock()))
    report.add(planned, plannedWords[act]);
  report.endOfPlan();
}

async function operationOf(
  context: CommandContext,
  operationId: string,
  act: CertificateAct,
): Promise<ApprovedOperation> {
  const found = await inTransaction(context.db(), async (tx) => {
    const operation = await approvedOperation(tx, operationId, context.clock());
    const refusal = typeof operation === 'string' ? operation : operation.kind !== act && 'NOT_IN_OPERATION';
    if (refusal)
      await appendAuthorityEntry(tx, {
        ...{
          actor: context.actor,
          action: `certificates.${act}`,
          outcome: 'REFUSED' as const,
          reason: refusal,
        },
        details: { operationId },
        occurredAt: context.clock(),
      });
    return refusal ? refusal : operation;
  });
  if (typeof found === 'string') throw new CommandUsageError(`The operation cannot be executed: ${found}.`);
  return found;
}

async function execute(
  context: CommandContext,
  operation: ApprovedOperation,
  serials: readonly string[],
  comment: string | undefined,
  report: ChangeReport,
): Promise<void> {
  const { operationId, digest, requestedBy, approvedBy, parameters } = operation;
  const change = changeOf(operation);
  const about = {
    ...{ operationId, digest, requestedBy, approvedBy },
    ...{ certificates: serials.length, listDigest: digestOfSerials(serials) },
    ...(parameters.revocationReason ? { reason: parameters.revocationReason } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
  await context.audited(`certificates.${change.act}`, about, async () => {
    const { actor } = context;
    const ports = { db: context.db(), clock: () => context.clock(), actor };
    const options = { comment: comment ?? operation.reason, operationId };
    for await (const changed of changeMany(ports, serials, change, options)) {
      const word = changed.outcome === 'DONE' ? outcomeWords[change.act] : changed.outcome;
      if (changed.outcome !== 'NOT_APPROVED')
        await recordOutcome(
          context.db(),
          { operationId, target: changed.serial },
          {
            outcome: word,
            detail: changed.outcome === 'DONE' ? changed.was : undefined,
            at: context.clock(),
          },
        );
      report.add(changed, outcomeWords[change.act]);
    }
    report.end();
    return { counts: report.counts };
  });
}

function serialsGiven(positionals: readonly string[]): string[] {
  if (positionals.length === 0)
    throw new CommandUsageError('Give serial numbers, or a list of them with --serials.');
  const serials = positionals.map((text) => {
    const serial = normaliseSerial(text);
    if (!serial) throw new CommandUsageError(`${JSON.stringify(text)} is not a serial number.`);
    return serial;
  });
  return [...new Set(serials)];
}

const shownErrors = 100;

function serialsListed(file: string, positionals: readonly string[]): string[] {
  if (positionals.length > 0) throw new CommandUsageError('Give serial numbers or a list of them, not both.');
  const { serials, malformed } = readSerialList(contentOf(file));
  if (malformed.length > 0) {
    const errors = malformed
      .slice(0, shownErrors)
      .map(({ line, text }) => `line ${line} is not a serial number: ${JSON.stringify(text.slice(0, 60))}`);
    const more = malformed.length > shownErrors ? [`and ${malformed.length - shownErrors} more`] : [];
    throw new CommandUsageError([...errors, ...more, 'Nothing was changed.'].join('\n'));
  }
  if (serials.length === 0) throw new CommandUsageError('The list has no serial numbers.');
  return serials;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CommandUsageError(`The list cannot be read: ${(error as Error).message}`);
  }
}

/** The digest of the list, which the audit entries contain. */
const digestOfSerials = (serials: readonly string[]) =>
  createHash('sha256').update(serials.join('\n')).digest('hex');

/** Prints a line for each certificate and the totals at the end: text, or with `--json` one object per line. */
class ChangeReport {
  readonly counts: Record<string, number> = {};
  private readonly refusals = new Set<ChangeRefusal>();
  private possible = false;

  constructor(
    private readonly context: CommandContext,
    private readonly json: boolean,
  ) {}

  add({ serial, outcome, reissueId }: PlannedChange, doneWord: string): void {
    const word = outcome === 'DONE' ? doneWord : outcome;
    this.counts[word] = (this.counts[word] ?? 0) + 1;
    if (outcome === 'DONE') this.possible = true;
    else this.refusals.add(outcome);
    if (this.json) this.context.out(JSON.stringify({ serial, outcome: word, reissueId }));
    else this.context.out(`${serial.padEnd(40)}  ${word}${reissueId ? `  ${reissueId}` : ''}`);
  }

  end(): void {
    this.sumUp(true);
  }

  endOfPlan(): void {
    this.sumUp(false);
    if (this.json) return;
    const next = this.possible ? ' Get an operation approved, then add --operation OP_ID --confirm.' : '';
    this.context.out(`Nothing was changed.${next}`);
  }

  private sumUp(changed: boolean): void {
    if (this.json) return this.context.out(JSON.stringify({ counts: this.counts, changed }));
    const sums = Object.entries(this.counts).map(([word, count]) => `${word} ${count}`);
    this.context.out(sums.join(', '));
    for (const refusal of this.refusals)
      if (advice[refusal]) this.context.out(`${refusal}: ${advice[refusal]}.`);
  }

  exitCode(act: CertificateAct): number {
    return [...this.refusals].every((refusal) => settled[act].includes(refusal)) ? 0 : refusedExitCode;
  }
}
