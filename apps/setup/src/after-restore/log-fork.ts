import type { Database } from '#libs/db';
import { newestCheckpoint, checkpointOfSize } from '#libs/db/audit';
import type { PublishedEvent } from '#libs/events';
import { readKeptCheckpoints, type KeptCheckpoint } from '#libs/restore';

/** Where the audit log of the restored database leaves the log that was published. */
export interface LogFork {
  /** The last checkpoint that both have; undefined if there is none. */
  readonly common: { readonly size: number; readonly time: string } | undefined;
  /** The last one that was published and that the database does not have. */
  readonly lost: KeptCheckpoint;
}

/** Compares the database with the checkpoints that were published and kept; undefined if it has all of them. */
export async function forkOf(
  db: Database,
  published: readonly PublishedEvent[],
  file: string | undefined,
): Promise<LogFork | undefined> {
  const kept = file === undefined ? [] : await readKeptCheckpoints(file);
  const newest = await newestCheckpoint(db);
  const common = newest && { size: Number(newest.size), time: newest.made_at.toISOString() };
  const candidates = [
    ...published.map(({ data, occurredAt }) => ({ ...checkpointIn(data), time: occurredAt.toISOString() })),
    ...kept,
  ].toSorted((one, other) => (one.time < other.time ? -1 : 1));
  const lost = candidates.at(-1);
  if (!lost || (await checkpointOfSize(db, lost.size))?.jws === lost.jws) return undefined;
  return { common, lost };
}

const checkpointIn = (data: PublishedEvent['data']) => ({
  size: Number(data['size']),
  jws: String(data['jws']),
});
