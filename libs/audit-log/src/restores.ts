import { takeCheckpoint, type Checkpoint, type Report, type TrustFile } from '#libs/audit';
import { recordedForks, type Database } from '#libs/db';

/** A branch of the log that was published and that a restore of the database has cut off, as its entry says. */
interface LostBranch {
  /** Of the entry in the stream `authority`. */
  readonly position: number;
  readonly restoredAt: Date;
  /** When the last checkpoint was made that both branches have; undefined if there is none. */
  readonly commonTime: string | undefined;
  readonly last: Checkpoint;
  explained: number;
}

/**
 * Explains checkpoints that the log does not continue because the database was restored from a backup: an entry of the
 * log itself names the branch that was cut off, by its last checkpoint. What is explained stays unproven.
 */
export class LostBranches {
  private constructor(private readonly branches: readonly LostBranch[]) {}

  /** Those that the log tells of; one whose checkpoint does not hold explains nothing. */
  static async read(db: Database, trust: TrustFile, report: Report): Promise<LostBranches> {
    const branches: LostBranch[] = [];
    for (const { position, restoredAt, commonTime, jws } of await recordedForks(db)) {
      const last = await takeCheckpoint(jws, trust, report);
      if (last) branches.push({ position, restoredAt, commonTime, last, explained: 0 });
    }
    return new LostBranches(branches);
  }

  /** Whether a checkpoint was made on such a branch: after the last that both have, up to the last that is named. */
  explain({ size, time }: Checkpoint): boolean {
    const branch = this.branches.find(
      ({ commonTime, last }) =>
        (commonTime === undefined || time > commonTime) && time <= last.time && size <= last.size,
    );
    if (branch) branch.explained += 1;
    return branch !== undefined;
  }

  tell(report: Report): void {
    for (const { position, restoredAt, last, explained } of this.branches)
      if (explained > 0)
        report.notProven(
          'CHECKPOINT',
          `${explained} checkpoints up to ${last.time} (${last.size} entries) are of a branch that was cut off when the ` +
            `database was restored from a backup at ${restoredAt.toISOString()}: what is lost is not proven by this log`,
          { stream: 'authority', sequence: position },
        );
  }
}
