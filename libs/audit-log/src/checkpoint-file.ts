import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RoleDatabase } from '#libs/db';
import { newerCheckpoints } from '#libs/db/audit';

const batch = 1_000;
/** The time assumed for a line without one. The size alone then decides which checkpoint is newer. */
const farAhead = '9999-12-31T00:00:00.000Z';

/**
 * A copy of the checkpoints in a file outside the database, as JSON Lines of `{size, time, jws}`: a person who changes
 * the database cannot change this file. It is append-only.
 */
export class CheckpointFile {
  /** The last checkpoint in the file; undefined until the file was read. */
  private written: { size: number; time: Date } | undefined;

  constructor(private readonly file: string) {}

  /** Appends the checkpoints that are in the database but not in the file. */
  async catchUp(db: RoleDatabase<'worker'>): Promise<void> {
    this.written ??= await this.readLast();
    for (;;) {
      const missing = await newerCheckpoints(db, this.written, batch);
      if (missing.length === 0) return;
      const lines = missing.map(({ size, made_at, jws }) =>
        JSON.stringify({ size: Number(size), time: made_at.toISOString(), jws }),
      );
      const text = lines.map((line) => `${line}\n`).join('');
      // A failed append may have written a part of the text, so the file is read again next time.
      this.written = undefined;
      await appendFile(this.file, text, { mode: 0o644, flush: true });
      this.written = { size: Number(missing.at(-1)!.size), time: missing.at(-1)!.made_at };
    }
  }

  private async readLast(): Promise<{ size: number; time: Date }> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const content = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    // A line that a crash cut short is written again in full. Readers skip lines that are not JSON.
    if (content !== '' && !content.endsWith('\n')) await appendFile(this.file, '\n');
    const lines = content.split('\n').flatMap((line) => {
      try {
        const { size, time = farAhead } = JSON.parse(line) as { size: number; time?: string };
        return [{ size, time: new Date(time) }];
      } catch {
        return [];
      }
    });
    return lines.at(-1) ?? { size: 0, time: new Date(0) };
  }
}
