import { open, readFile } from 'node:fs/promises';

/** A checkpoint of the audit log that the worker keeps in a file outside the database. */
export interface KeptCheckpoint {
  readonly size: number;
  /** ISO 8601. */
  readonly time: string;
  readonly jws: string;
}

/** The checkpoints in a worker's file, oldest first; none without a file. Truncated lines are skipped. */
export async function readKeptCheckpoints(file: string): Promise<KeptCheckpoint[]> {
  return checkpointsIn(await readFile(file, 'utf8').catch(emptyIfMissing));
}

/** Size of the end of the file that is searched for the last line; a line has about 400 bytes. */
const tailBytes = 8 * 1024;

/** The last checkpoint in a worker's file. */
export async function newestKeptCheckpoint(file: string): Promise<KeptCheckpoint | undefined> {
  const handle = await open(file, 'r').catch(emptyIfMissing);
  if (handle === '') return undefined;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return checkpointsIn(buffer.toString()).at(-1);
  } finally {
    await handle.close();
  }
}

function emptyIfMissing(error: NodeJS.ErrnoException): '' {
  if (error.code === 'ENOENT') return '';
  throw error;
}

const checkpointsIn = (content: string): KeptCheckpoint[] =>
  content.split('\n').flatMap((line) => {
    try {
      const { size, time, jws } = JSON.parse(line) as KeptCheckpoint;
      return [{ size, time, jws }];
    } catch {
      return [];
    }
  });
