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
 * What a signer signed, in a file of its own apart from the database. It is only ever appended to, and an entry is on
 * the disk before what it describes is stored or delivered: a database that is restored from an older backup learns
 * from it which certificates exist.
 */
export class SignerJournal {
  private file: FileHandle | undefined;
  private last = chainStart;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  /** @param clock names the files */
  constructor(
    private readonly directory: string,
    private readonly clock: () => Date,
  ) {}

  /**
   * Makes sure that the directory can be written to.
   * @throws if it cannot
   */
  async prepare(): Promise<void> {
    this.file ??= await this.create();
  }

  /** Resolves once the entries are on the disk; entries that are there at the same time share one write. */
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
      const group = this.waiting;
      this.waiting = [];
      try {
        await this.write(group.flatMap(({ entries }) => entries));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // In the same turn in which nothing waits: what comes next begins to write by itself.
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
      // The file may end with half a line: what comes next goes into another one.
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
