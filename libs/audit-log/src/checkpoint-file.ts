import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkpointsAfter, type Database } from '#libs/db';

const batch = 1_000;

/**
 * The checkpoints in a file apart from the database, as JSON Lines of `{size, time, jws}`: who changes the database
 * cannot change what was published. It is only ever appended to.
 */
export class CheckpointFile {
  /** How many leaves the last line of the file knows; undefined until it was read. */
  private written: number | undefined;

  constructor(private readonly file: string) {}

  /** Appends what the database has and the file has not. */
  async catchUp(db: Database): Promise<void> {
    this.written ??= await this.lastSize();
    for (;;) {
      const missing = await checkpointsAfter(db, this.written, batch);
      if (missing.length === 0) return;
      const lines = missing.map(({ size, made_at, jws }) =>
        JSON.stringify({ size: Number(size), time: made_at.toISOString(), jws }),
      );
      const text = lines.map((line) => `${line}\n`).join('');
      // Where the disk is full, a part of it may be there: what the file has is read again the next time.
      this.written = undefined;
      await appendFile(this.file, text, { mode: 0o644, flush: true });
      this.written = Number(missing.at(-1)!.size);
    }
  }

  private async lastSize(): Promise<number> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const content = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    // A line that a crash cut short is written again; readers skip what is no JSON.
    if (content !== '' && !content.endsWith('\n')) await appendFile(this.file, '\n');
    const sizes = content.split('\n').flatMap((line) => {
      try {
        return (JSON.parse(line) as { size: number }).size;
      } catch {
        return [];
      }
    });
    return Math.max(0, ...sizes.slice(-1));
  }
}
