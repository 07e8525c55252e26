import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson } from '#libs/audit-proofs';
import type { ConfigDescription } from '#libs/config';
import { inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';

interface ProcessStart {
  readonly db: Database<'insert authority_entry'>;
  /** Name of the application. */
  readonly process: string;
  readonly config: ConfigDescription;
  /** Keys that the configuration only points at. */
  readonly keys?: readonly { readonly setting: string; readonly kid: string }[];
  readonly clock: Clock;
  /** Throws while the clock is wrong, or not known to be right. */
  readonly admit: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

const retryMs = 5_000;

/**
 * Puts on record with which configuration and which keys a process works. From one start to the next an auditor sees
 * what was changed. While the database cannot be reached the process starts all the same, and this tries again; so it
 * does while the clock is wrong, by which no entry is dated.
 */
export async function recordProcessStart(start: ProcessStart): Promise<void> {
  for (;;) {
    try {
      start.admit();
      return await append(start);
    } catch (err) {
      start.logger.warn({ err }, 'the start of this process is not on record yet');
      await delay(retryMs, undefined, { ref: false });
    }
  }
}

function append({ db, process: name, config, keys = [], clock }: ProcessStart): Promise<void> {
  const entry = { actor: name, outcome: 'DONE', occurredAt: clock() } as const;
  const instance = `${hostname()}/${process.pid}`;
  const configurationDigest = createHash('sha256').update(canonicalJson(config.settings)).digest('hex');
  return inTransaction(db, async (tx) => {
    await appendAuthorityEntry(tx, {
      ...entry,
      action: 'startProcess',
      details: { instance, configurationDigest, configuration: config.settings },
    });
    for (const key of [...config.keys, ...keys])
      await appendAuthorityEntry(tx, { ...entry, action: 'useKey', details: { instance, ...key } });
  });
}
