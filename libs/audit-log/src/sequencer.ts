import { inTransaction, type RoleDatabase } from '#libs/db';
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
    const { db, clock, checkpoints, file } = this.dependencies;
    const sequenced = await inTransaction(db, (tx) => sequenceEntries(tx, batchSize, clock()));
    if (over.aborted) return false;
    if (sequenced === batchSize) return true;
    await inTransaction(db, (tx) => makeCheckpoint(tx, checkpoints, clock()));
    await file?.catchUp(db);
    return false;
  }
}

/**
 * The leadership of the one sequencer of a database.
 *
 * @param admit throws while this process must not work
 */
export const sequencerLeadership = (databaseUrl: string, admit?: () => void): Leadership =>
  new PostgresLeadership({ databaseUrl, name: 'reseal-audit-sequencer', channel: 'reseal_audit', admit });
