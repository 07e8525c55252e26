import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chainStart, digestOfLine, journalExtension, type JournalEntry, type JournalLine } from './entry.js';

/** A changed, removed or unreadable line of a journal. */
export interface JournalFault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly what: 'NOT_READABLE' | 'CHAIN_BROKEN';
}

/**
 * All entries of a journal, file by file. An incomplete last line of a file, left by a crash, is skipped: the certificate or
 * CRL of that entry was not stored.
 *
 * @param onFault receives each fault; reading continues after it
 */
export async function* readJournal(
  directory: string,
  onFault: (fault: JournalFault) => void,
): AsyncGenerator<JournalEntry> {
  for (const file of await journalFiles(directory)) {
    let expected = chainStart;
    let number = 0;
    let unreadable: number | undefined;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (unreadable !== undefined) onFault({ file, line: unreadable, what: 'NOT_READABLE' });
      unreadable = undefined;
      const parsed = parse(line);
      if (!parsed) {
        unreadable = number;
        continue;
      }
      const { previous, ...entry } = parsed;
      if (previous !== expected) onFault({ file, line: number, what: 'CHAIN_BROKEN' });
      expected = digestOfLine(line);
      yield entry;
    }
  }
}

/** How many files {@link newestEntries} reads, and how much of each. */
const newestFiles = 50;
const tailBytes = 64 * 1024;

/** The newest entries of the files written last. Entries that a restored database lacks are among them. */
export async function newestEntries(directory: string): Promise<JournalEntry[]> {
  const files = await journalFiles(directory);
  const dated = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
  const newest = dated.toSorted((one, other) => other.at - one.at).slice(0, newestFiles);
  const tails = await Promise.all(newest.map(({ file }) => tailOf(file)));
  return tails.flat();
}

async function tailOf(file: string): Promise<JournalEntry[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString().split('\n');
    // The first may be part of a longer line, which does not parse.
    return lines.flatMap((line) => {
      const parsed = parse(line);
      if (!parsed) return [];
      const { previous: _previous, ...entry } = parsed;
      return [entry];
    });
  } finally {
    await handle.close();
  }
}

async function journalFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(journalExtension))
    .sort()
    .map((name) => path.join(directory, name));
}

function parse(line: string): JournalLine | undefined {
  try {
    const value = JSON.parse(line) as JournalLine;
    return value.kind === 'CERTIFICATE' || value.kind === 'CRL' ? value : undefined;
  } catch {
    return undefined;
  }
}
