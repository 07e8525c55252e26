import { inTransaction, type RoleDatabase } from '#libs/db';
import { hasPendingEntries } from '#libs/db/audit';
import { LeaderLoop, PostgresLeadership, type Leadership, type LoopTiming } from '#libs/db/leadership';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { CheckpointFile } from './checkpoint-file.js';
import { makeCheckpoint, type CheckpointOptions } from './checkpoints.js';
import { sequenceEntries } from './sequence.js';

export interface SequencerDependencies {
  readonly db: RoleDatabase<'worker'>;
  readonly leadership: Leadership;
  readonly checkpoints: CheckpointOptions;
  /** Keeps checkpoints outside the database; without it they are only published. */
  readonly file?: CheckpointFile | undefined;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing?: Partial<LoopTiming>;
}

const batchSize = 1_000;

/**
 * Appends the audit entries of all reissues to one log, in batches, and signs checkpoints of it. Steps only insert their
 * entries and never wait for the log.
 */
export class Sequencer {
  private readonly loop: LeaderLoop;
  /** The period in which this copy leads: other copies were at work before it. */
  private term: AbortSignal | undefined;
  /** Whether the log may have entries without a checkpoint. */
  private unsigned = true;
  private nextCheckpointAt = 0;

  constructor(private readonly dependencies: SequencerDependencies) {
    const { leadership, logger, timing } = dependencies;
    this.loop = new LeaderLoop({
      name: 'audit sequencer',
      leadership,
      logger,
      timing,
      turn: (over) => this.turn(over),
    });
  }

  /** Whether this process is the active sequencer. */
  get active(): boolean {
    return this.loop.active;
  }

  start(): void {
    this.loop.start();
  }

  /** Finishes the current batch and releases the leadership. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** @throws while no entries can be appended */
  check(): void {
    this.loop.check();
  }

  private async turn(over: AbortSignal): Promise<boolean> {
    const { db, clock } = this.dependencies;
    if (this.term !== over) [this.term, this.unsigned, this.nextCheckpointAt] = [over, true, 0];
    if (await hasPendingEntries(db)) {
      this.unsigned = true;
      const sequenced = await inTransaction(db, (tx) => sequenceEntries(tx, batchSize, clock()));
      if (sequenced === batchSize) return !over.aborted;
    }
    if (this.unsigned && !over.aborted) await this.sign();
    return false;
  }

  /** Makes a checkpoint, unless it is known to be too early. */
  private async sign(): Promise<void> {
    const { db, clock, checkpoints, file } = this.dependencies;
    const now = clock();
    if (now.getTime() < this.nextCheckpointAt) return;
    const made = await inTransaction(db, (tx) => makeCheckpoint(tx, checkpoints, now));
    await file?.catchUp(db);
    if (typeof made === 'number') this.nextCheckpointAt = now.getTime() + checkpoints.intervalMs;
    this.unsigned = made === 'EARLY';
  }
}

/**
 * The leadership of the one sequencer of a database.
 *
 * @param admit throws while this process must not work
 */
export const sequencerLeadership = (databaseUrl: string, admit?: () => void): Leadership =>
  new PostgresLeadership({ databaseUrl, name: 'reseal-audit-sequencer', admit });
