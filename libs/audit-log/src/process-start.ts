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
  /** Keys that the configuration only refers to, such as files. */
  readonly keys?: readonly { readonly setting: string; readonly kid: string }[];
  readonly clock: Clock;
  /** Throws while the clock is wrong or was not compared yet. */
  readonly admit: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

const retryMs = 5_000;

/**
 * Records the configuration and the keys of a process in the audit trail, so that an auditor sees what changed between
 * two starts. It retries while the database cannot be reached and while the clock is wrong; the process works meanwhile.
 */
export async function recordProcessStart(start: ProcessStart): Promise<void> {
  for (;;) {
    try {
      start.admit();
      return await append(start);
    } catch (err) {
      start.logger.warn({ err }, 'the start of this process is not recorded yet');
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
