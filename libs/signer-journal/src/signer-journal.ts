import { randomBytes } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { chainStart, digestOfLine, journalExtension, type JournalEntry } from './entry.js';

interface Waiting {
  readonly entries: readonly JournalEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A journal of all certificates and CRLs that a signer signed, in a file outside the database. The file is append-only, and
 * an entry is on disk before the certificate or CRL is stored or delivered. After a restore from an older backup, the
 * journal shows which certificates exist.
 */
export class SignerJournal {
  private file: FileHandle | undefined;
  private last = chainStart;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  /** @param clock its time is part of the file names */
  constructor(
    private readonly directory: string,
    private readonly clock: () => Date,
  ) {}

  /**
   * Checks that the directory can be written to.
   * @throws if it cannot
   */
  async prepare(): Promise<void> {
    this.file ??= await this.create();
  }

  /** Resolves when the entries are on disk. Concurrent calls share one write. */
  append(entries: readonly JournalEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entries, resolve, reject });
      this.writing ??= this.writeAll();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file?.close();
    this.file = undefined;
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.write(batch.flatMap(({ entries }) => entries));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // In the same turn in which the queue became empty, so that the next append starts a new write.
    this.writing = undefined;
  }

  private async write(entries: readonly JournalEntry[]): Promise<void> {
    this.file ??= await this.create();
    let text = '';
    let last = this.last;
    for (const entry of entries) {
      const line = JSON.stringify({ previous: last, ...entry });
      text += `${line}\n`;
      last = digestOfLine(line);
    }
    try {
      await this.file.appendFile(text);
      await this.file.datasync();
      this.last = last;
    } catch (error) {
      // The file may end with an incomplete line, so the next entries go into a new file.
      await this.file.close().catch(() => undefined);
      this.file = undefined;
      throw error;
    }
  }

  private async create(): Promise<FileHandle> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const time = this.clock().toISOString().replaceAll(/[:.]/g, '-');
    const name = `${time}-${randomBytes(4).toString('hex')}${journalExtension}`;
    const file = await open(path.join(this.directory, name), 'ax', 0o600);
    const folder = await open(this.directory, 'r');
    await folder.sync().finally(() => folder.close());
    this.last = chainStart;
    return file;
  }
}
