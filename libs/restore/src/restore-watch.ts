import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '#libs/db';
import { pendingRestore } from '#libs/db/restores';
import type { Logger } from '#libs/observability';

interface RestoreWatchOptions {
  readonly db: Database<'select restore'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Interval between two checks of the database, in milliseconds. */
  readonly everyMs?: number;
}

/** The message of the readiness check while a restore is pending. */
export const restorePending = 'the database was restored from a backup: run "setup after-restore"';

/** A restored database waits to be reconciled, and all changes are blocked until then. */
export class RestorePending extends Error {
  override readonly name = 'RestorePending';
  constructor() {
    super(restorePending);
  }
}

/**
 * Checks whether a restored database waits to be reconciled. The database itself refuses all changes meanwhile; this check
 * lets a process refuse early and start no work. While the database cannot be reached, the last result counts.
 */
export class RestoreWatch {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** Whether changes are blocked. */
  pending = false;

  constructor(private readonly options: RestoreWatchOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** @throws {RestorePending} while changes are blocked */
  require(): void {
    if (this.pending) throw new RestorePending();
  }

  /** Checks the database now. */
  async refresh(): Promise<void> {
    const pending = (await pendingRestore(this.options.db)) !== undefined;
    if (pending !== this.pending) {
      this.pending = pending;
      const { logger } = this.options;
      if (pending) logger.warn({}, restorePending);
      else logger.info({}, 'the restored database was reconciled');
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.refresh().catch(() => undefined);
      await delay(this.options.everyMs ?? 1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}
