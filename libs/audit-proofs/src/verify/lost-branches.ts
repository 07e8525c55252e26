import type { TrustFile } from '../bundle.js';
import type { LogCheckpoint } from '../checkpoint.js';
import { authorityStream, type LoggedEntry } from '../entry.js';
import { checkedCheckpoint } from './log.js';
import type { FindingCollector } from './report.js';

/** A published branch of the log that was cut off by a restore of the database, from the entry of the restore. */
interface LostBranch {
  /** Number of the entry in the stream `authority`. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly restoredAt: string;
  /** Time of the last checkpoint that both branches have; undefined if there is none. */
  readonly commonTime: string | undefined;
  readonly last: LogCheckpoint;
  /** The checkpoints on the branch, each by size and time. */
  readonly explained: Set<string>;
}

/** Whether an entry records the reconciliation of a restored database, which may have a lost branch of the log. */
export const isReconciliation = ({ stream, action, outcome }: LoggedEntry): boolean =>
  stream === authorityStream && action === 'reconcileRestore' && outcome === 'DONE';

/**
 * Explains checkpoints that the log does not continue because the database was restored from a backup: an entry of the log
 * contains the last checkpoint of the cut-off branch. Explained checkpoints are unproven, not wrong.
 */
export class LostBranches {
  private constructor(private readonly branches: readonly LostBranch[]) {}

  /**
   * Reads the branches from entries. A branch with an invalid checkpoint explains nothing.
   *
   * @param entries that are known to be in the log
   */
  static async in(
    entries: readonly LoggedEntry[],
    trust: TrustFile,
    report: FindingCollector,
  ): Promise<LostBranches> {
    const branches: LostBranch[] = [];
    for (const entry of entries.filter(isReconciliation)) {
      const { lost, common } = namedIn(entry);
      if (typeof lost?.jws !== 'string') continue;
      const last = await checkedCheckpoint(lost.jws, trust, report);
      const commonTime = typeof common?.time === 'string' ? common.time : undefined;
      const { sequence, occurredAt: restoredAt } = entry;
      if (last) branches.push({ sequence, restoredAt, commonTime, last, explained: new Set() });
    }
    return new LostBranches(branches);
  }

  /** Whether a checkpoint is on such a branch: after the last common checkpoint, up to the last one of the branch. */
  explain({ size, time }: LogCheckpoint): boolean {
    const branch = this.branches.find(
      ({ commonTime, last }) =>
        (commonTime === undefined || time > commonTime) && time <= last.time && size <= last.size,
    );
    branch?.explained.add(`${size} ${time}`);
    return branch !== undefined;
  }

  report(report: FindingCollector): void {
    for (const { sequence, restoredAt, last, explained } of this.branches)
      if (explained.size > 0)
        report.notProven(
          'CHECKPOINT',
          `${explained.size} checkpoints up to ${last.time} (${last.size} entries) are of a branch that was cut off when the ` +
            `database was restored from a backup at ${restoredAt}: this log does not prove the lost entries`,
          { stream: authorityStream, sequence },
        );
  }
}

interface NamedBranch {
  readonly lost?: { readonly jws?: unknown };
  readonly common?: { readonly time?: unknown };
}

function namedIn({ details: { log } }: LoggedEntry): NamedBranch {
  return typeof log === 'object' && log !== null ? log : {};
}
