import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accessProblem, isReadOnlyIn, requirePrivateKeyFile } from './key-file-access.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-key-file-'));
afterAll(() => rmSync(work, { recursive: true }));
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(work, 'keys-'))));

/** Writes a file that only this process can open. */
const write = (path: string) => {
  writeFileSync(path, 'key', { mode: 0o600 });
  return path;
};

describe('place of a key file', () => {
  it('A key file is accepted through the links of a mounted Secret', () => {
    const version = join(directory, '..2026_11_29');
    mkdirSync(version);
    const file = write(join(version, 'issuing-1.key'));
    symlinkSync('..2026_11_29', join(directory, '..data'));
    symlinkSync('..data/issuing-1.key', join(directory, 'issuing-1.key'));
    expect(requirePrivateKeyFile(join(directory, 'issuing-1.key'))).toBe(file);
  });

  it('A link to a key file outside its directory is refused, also to one whose name begins the same', () => {
    const beside = `${directory}-beside`;
    mkdirSync(beside);
    symlinkSync(write(join(beside, 'issuing-1.key')), join(directory, 'issuing-1.key'));
    expect(() => requirePrivateKeyFile(join(directory, 'issuing-1.key'))).toThrow(
      /is a link that leaves its directory$/,
    );
  });

  it('A missing key file, a dangling link and a directory are refused by name', () => {
    const path = join(directory, 'issuing-1.key');
    expect(() => requirePrivateKeyFile(path)).toThrow(`${path} does not exist`);
    symlinkSync('nowhere', path);
    expect(() => requirePrivateKeyFile(path)).toThrow(`${path} is not readable (ENOENT)`);
    mkdirSync(join(directory, 'folder'));
    expect(() => requirePrivateKeyFile(join(directory, 'folder'))).toThrow('is not a regular file');
  });
});

describe('access to a key file', () => {
  const signer = { uid: 65_532, gids: [65_532, 2_000] };
  const own = { uid: 65_532, gid: 65_532, mode: 0o100_600, readOnlyMount: false };
  const secret = { uid: 0, gid: 2_000, mode: 0o100_440, readOnlyMount: true };

  it.each([
    ['its own file, closed to others', own],
    ['its own file that it cannot write', { ...own, mode: 0o100_400 }],
    ["root's file of a Secret for its group on a read-only mount", secret],
  ])('A process may use %s', (_, file) => {
    expect(accessProblem(file, signer)).toBeUndefined();
  });

  it.each([
    ['its own file that its group can read', { ...own, mode: 0o100_640 }, /can be opened by other users/],
    ['its own file that all can read', { ...own, mode: 0o100_604 }, /can be opened by other users/],
    ["another user's file", { ...own, uid: 1_000 }, /belongs to another user/],
    ["root's own file", { ...own, uid: 0, mode: 0o100_600 }, /belongs to another user/],
    ['a Secret on a mount that can be written', { ...secret, readOnlyMount: false }, /mount the Secret/],
    ['a Secret of a group that is not its own', { ...secret, gid: 3_000 }, /mount the Secret/],
    ['a Secret that its group can write', { ...secret, mode: 0o100_460 }, /mount the Secret/],
    ['a Secret that all can read', { ...secret, mode: 0o100_444 }, /mount the Secret/],
  ])('A process may not use %s', (_, file, problem) => {
    expect(accessProblem(file, signer)).toMatch(problem);
  });
});

describe('read-only mount', () => {
  const mounts = [
    '22 1 254:1 / / rw,relatime - ext4 /dev/root rw',
    '40 22 0:40 / /keys ro,relatime - tmpfs tmpfs rw,size=64k',
    '41 22 0:41 / /keys-beside rw,relatime - tmpfs tmpfs ro',
    '42 22 0:42 / /with\\040space ro,relatime shared:1 - tmpfs tmpfs rw',
    '43 22 0:43 / /twice ro - tmpfs tmpfs rw',
    '44 43 0:44 / /twice rw - tmpfs tmpfs rw',
  ].join('\n');

  it.each([
    ['/keys/..data/issuing-1.key', true],
    ['/keys-beside/issuing-1.key', false],
    ['/with space/issuing-1.key', true],
    ['/twice/issuing-1.key', false],
    ['/home/issuing-1.key', false],
  ])('The mount that holds %s decides', (file, readOnly) => {
    expect(isReadOnlyIn(mounts, file)).toBe(readOnly);
  });
});
