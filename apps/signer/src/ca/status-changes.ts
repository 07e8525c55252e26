import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  changeMany,
  normaliseSerial,
  planChanges,
  readSerialList,
  type ChangeRefusal,
  type PlannedChange,
  type StatusChange,
} from '#activities/revocation';
import type { CertificateAct } from '#libs/domain';
import { UsageError, type CommandContext } from './context.js';

/** Options that `revoke`, `hold` and `release` have in common; for `parseArgs`. */
export const changeOptions = {
  serials: { type: 'string' },
  comment: { type: 'string' },
  json: { type: 'boolean', default: false },
  confirm: { type: 'boolean', default: false },
} as const;

export interface ChangeArguments {
  readonly serials?: string | undefined;
  readonly comment?: string | undefined;
  readonly json: boolean;
  readonly confirm: boolean;
}

const plannedWords = { revoke: 'REVOKE', hold: 'HOLD', release: 'RELEASE' } as const;
const doneWords = { revoke: 'REVOKED', hold: 'HELD', release: 'RELEASED' } as const;

/** These say that the certificate is as it was asked to be, or for good: nothing for the operator to look into. */
const settled: Readonly<Record<CertificateAct, readonly ChangeRefusal[]>> = {
  revoke: ['ALREADY_REVOKED'],
  hold: ['ALREADY_ON_HOLD'],
  release: ['NOT_ON_HOLD'],
};
const refusedExitCode = 3;

/**
 * Plans a change of many certificates and, once confirmed, makes it, with an entry in the audit trail before and after.
 * Run again after an interruption, it does what is left.
 *
 * @returns 0, or 3 if there are certificates that cannot be changed so
 * @throws {UsageError} if there is no list, or something in it is no serial number; then nothing is changed
 */
export async function changeStatuses(
  context: CommandContext,
  change: StatusChange,
  positionals: readonly string[],
  { serials: file, comment, json, confirm }: ChangeArguments,
): Promise<number> {
  const { act } = change;
  if (comment !== undefined && !/^[^\p{Cc}]{1,500}$/u.test(comment))
    throw new UsageError('A comment has 1 to 500 characters, on one line.');
  const serials = file === undefined ? serialsGiven(positionals) : serialsListed(file, positionals);
  const report = new Report(context, json);

  if (!confirm) {
    for await (const planned of planChanges(context.db(), serials, act, context.clock()))
      report.add(planned, plannedWords[act]);
    report.end('Nothing was changed. Add --confirm to do it.');
    return report.exitCode(act);
  }

  const about = {
    ...{ certificates: serials.length, listDigest: digestOf(serials) },
    ...(change.act === 'revoke' ? { reason: change.reason } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
  await context.audited(`certificates.${act}`, about, async () => {
    const { actor } = context;
    const ports = { db: context.db(), clock: () => context.clock(), actor };
    for await (const changed of changeMany(ports, serials, change, comment === undefined ? {} : { comment }))
      report.add(changed, doneWords[act]);
    report.end();
    return { counts: report.counts };
  });
  return report.exitCode(act);
}

function serialsGiven(positionals: readonly string[]): string[] {
  if (positionals.length === 0) throw new UsageError('Name serial numbers, or a list of them by --serials.');
  const serials = positionals.map((text) => {
    const serial = normaliseSerial(text);
    if (!serial) throw new UsageError(`${JSON.stringify(text)} is no serial number.`);
    return serial;
  });
  return [...new Set(serials)];
}

const shownFaults = 100;

function serialsListed(file: string, positionals: readonly string[]): string[] {
  if (positionals.length > 0) throw new UsageError('Name serial numbers or a list of them, not both.');
  const { serials, malformed } = readSerialList(contentOf(file));
  if (malformed.length > 0) {
    const faults = malformed
      .slice(0, shownFaults)
      .map(({ line, text }) => `line ${line} is no serial number: ${JSON.stringify(text.slice(0, 60))}`);
    const more = malformed.length > shownFaults ? [`and ${malformed.length - shownFaults} more`] : [];
    throw new UsageError([...faults, ...more, 'Nothing was changed.'].join('\n'));
  }
  if (serials.length === 0) throw new UsageError('The list has no serial numbers.');
  return serials;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`The list cannot be read: ${(error as Error).message}`);
  }
}

/** By which the entries in the audit trail say which list it was. */
const digestOf = (serials: readonly string[]) =>
  createHash('sha256').update(serials.join('\n')).digest('hex');

/** A line for each certificate as it comes, and the sums at the end; for people or, with `--json`, one object a line. */
class Report {
  readonly counts: Record<string, number> = {};
  private readonly refusals = new Set<ChangeRefusal>();

  constructor(
    private readonly context: CommandContext,
    private readonly json: boolean,
  ) {}

  add({ serial, outcome, reissueId }: PlannedChange, doneWord: string): void {
    const word = outcome === 'DONE' ? doneWord : outcome;
    this.counts[word] = (this.counts[word] ?? 0) + 1;
    if (outcome !== 'DONE') this.refusals.add(outcome);
    if (this.json) this.context.out(JSON.stringify({ serial, outcome: word, reissueId }));
    else this.context.out(`${serial.padEnd(40)}  ${word}${reissueId ? `  ${reissueId}` : ''}`);
  }

  end(note?: string): void {
    if (this.json) return this.context.out(JSON.stringify({ counts: this.counts, changed: !note }));
    const sums = Object.entries(this.counts).map(([word, count]) => `${word} ${count}`);
    this.context.out(sums.join(', '));
    if (note) this.context.out(note);
  }

  exitCode(act: CertificateAct): number {
    return [...this.refusals].every((refusal) => settled[act].includes(refusal)) ? 0 : refusedExitCode;
  }
}
