import type { Database } from '#libs/db';
import { newestCheckpoint, checkpointOfSize } from '#libs/db/audit';
import type { PublishedEvent } from '#libs/events';
import { readKeptCheckpoints, type KeptCheckpoint } from '#libs/restore';

/** The point where the audit log of the restored database diverges from the published log. */
export interface LogFork {
  /** The last common checkpoint; undefined if there is none. */
  readonly common: { readonly size: number; readonly time: string } | undefined;
  /** The last published checkpoint that is not in the database. */
  readonly lost: KeptCheckpoint;
}

/** Compares the database with published and kept checkpoints; undefined if the database has all of them. */
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
