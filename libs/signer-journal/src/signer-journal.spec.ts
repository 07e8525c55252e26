import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CrlJournalEntry, JournalEntry } from './entry.js';
import { newestEntries, readJournal, type JournalFault } from './read-journal.js';
import { SignerJournal } from './signer-journal.js';

const at = '2026-11-29T03:00:00.000Z';
const crl = (number: number): CrlJournalEntry => ({
  kind: 'CRL',
  at,
  issuer: 'cn=issuing',
  shard: 1,
  number: String(number),
});

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(path.join(tmpdir(), 'journal-'))));
afterEach(() => rm(directory, { recursive: true }));

const journal = () => new SignerJournal(directory, () => new Date(at));
const onlyFile = async () => path.join(directory, (await readdir(directory))[0]!);

async function readAll(): Promise<{ entries: JournalEntry[]; faults: JournalFault['what'][] }> {
  const entries: JournalEntry[] = [];
  const faults: JournalFault['what'][] = [];
  for await (const entry of readJournal(directory, ({ what }) => faults.push(what))) entries.push(entry);
  return { entries, faults };
}

async function writeEntries(count: number): Promise<void> {
  const written = journal();
  for (let number = 1; number <= count; number += 1) await written.append([crl(number)]);
  await written.close();
}

describe('the journal of a signer', () => {
  it('A signer journal has every entry in order, also of concurrent appends', async () => {
    const written = journal();
    await Promise.all(Array.from({ length: 50 }, (_, index) => written.append([crl(index)])));
    await written.close();
    const { entries, faults } = await readAll();
    expect(entries).toEqual(Array.from({ length: 50 }, (_, index) => crl(index)));
    expect(faults).toEqual([]);
  });

  it('Every signer has its own journal file, which only its owner can read', async () => {
    await writeEntries(1);
    await writeEntries(1);
    const files = await readdir(directory);
    expect(files).toHaveLength(2);
    expect((await stat(path.join(directory, files[0]!))).mode & 0o777).toBe(0o600);
  });

  it('Reading a journal skips a last line that a crash cut short', async () => {
    await writeEntries(2);
    await appendFile(await onlyFile(), '{"previous":"ab');
    expect(await readAll()).toEqual({ entries: [crl(1), crl(2)], faults: [] });
  });

  it('Reading a journal reports a changed line and a removed line', async () => {
    await writeEntries(4);
    const file = await onlyFile();
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    await writeFile(file, [lines[0], lines[2], lines[3]].join('\n'));
    expect((await readAll()).faults).toEqual(['CHAIN_BROKEN']);
    await writeFile(file, [lines[0]!.replace('"1"', '"7"'), lines[1], lines[2], lines[3]].join('\n'));
    expect((await readAll()).faults).toEqual(['CHAIN_BROKEN']);
    await writeFile(file, [lines[0], 'nothing', lines[1]].join('\n'));
    expect((await readAll()).faults).toEqual(['NOT_READABLE']);
  });

  it('The newest journal entries are read without reading the whole file', async () => {
    const written = journal();
    await written.append(Array.from({ length: 2_000 }, (_, index) => crl(index + 1)));
    await written.close();
    const newest = await newestEntries(directory);
    expect(newest.length).toBeLessThan(1_000);
    expect(newest.at(-1)).toEqual(crl(2_000));
  });

  it('A journal is empty before anything was signed', async () => {
    await rm(directory, { recursive: true });
    expect(await newestEntries(directory)).toEqual([]);
    expect((await readAll()).entries).toEqual([]);
    await journal().append([crl(1)]);
    expect((await readAll()).entries).toEqual([crl(1)]);
  });

  it('A journal rejects an entry that it cannot write', async () => {
    const file = path.join(directory, 'file');
    await writeFile(file, '');
    await expect(new SignerJournal(file, () => new Date(at)).append([crl(1)])).rejects.toThrow();
  });
});
