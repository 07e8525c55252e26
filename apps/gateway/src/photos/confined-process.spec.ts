import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { forkConfined, unprivilegedUser } from './confined-process.js';

jest.setTimeout(60_000);
const probing = fileURLToPath(new URL('./testdata/probing-process.mjs', import.meta.url));
const denied = 'ERR_ACCESS_DENIED';

const folder = mkdtempSync(join(tmpdir(), 'reseal-confined-'));
const keyFile = join(folder, 'key.pem');
const environment = `/proc/${process.pid}/environ`;
const user = unprivilegedUser(probing);
const server = createServer();
let descriptor: number;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  writeFileSync(keyFile, 'fictional key', { mode: 0o600 });
  descriptor = openSync(keyFile, 'r');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

/** Starts the process and returns its answer. */
async function probe(inspect: (child: ChildProcess) => void = () => undefined) {
  const child = forkConfined(probing, { root: projectRoot(), megabytes: 256, user });
  try {
    child.send({ files: [environment, keyFile, '/etc/hostname'], target: join(folder, 'written') });
    const [answer] = await once(child, 'message');
    inspect(child);
    return answer as Record<'reads' | 'environment', unknown[]> & Record<string, unknown>;
  } finally {
    child.kill('SIGKILL');
  }
}

it('A confined process reads neither the environment of its parent nor key files, and neither writes files nor starts processes', async () => {
  expect(readFileSync(environment).length).toBeGreaterThan(0);
  expect(await probe()).toEqual({
    reads: [denied, denied, denied],
    own: null,
    write: denied,
    start: denied,
    environment: expect.not.arrayContaining(['PATH', 'HOME']),
  });
});

it('A confined process has no descriptor of its parent, inherited ones included', async () => {
  const linksOf = (pid: number) =>
    readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${name}`)];
      } catch {
        return []; // closed meanwhile
      }
    });
  const shared = /^(\/dev\/null|anon_inode:.*)$/;
  await probe(({ pid }) => {
    const own = linksOf(process.pid).filter((link) => !shared.test(link));
    expect(own).toContain(keyFile);
    const theirs = linksOf(pid!);
    expect(theirs.length).toBeGreaterThan(3);
    expect(theirs.filter((link) => own.includes(link))).toEqual([]);
  });

  // Node does not pass on the first sixteen descriptors, but those after a gap.
  const inherited = 40;
  const stdio = Array.from({ length: inherited + 1 }, (_, number) =>
    number === 1 ? 'pipe' : number === inherited ? descriptor : 'ignore',
  );
  const parent = fileURLToPath(new URL('./testdata/parent-of-confined.mjs', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [parent, String(inherited), probing, projectRoot()], {
    stdio,
  });
  expect(JSON.parse(String(stdout))).toEqual({ own: keyFile, child: '/dev/null' });
});

it('A confined process of a root gateway runs as another user, which the kernel denies the files of the gateway', async () => {
  await probe(({ pid }) => {
    const [, uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid!}/status`, 'latin1'))!;
    expect(Number(uid)).toBe(user?.uid ?? process.getuid!());
  });
  const readAs = (file: string) => spawnSync('/bin/cat', [file], { ...user, cwd: '/', env: {} }).status;
  expect([environment, keyFile].map(readAs)).toEqual(user ? [1, 1] : [0, 0]);
});

it('A confined process keeps its user if another user cannot read the code', () => {
  const hidden = join(folder, 'hidden.mjs');
  writeFileSync(hidden, '', { mode: 0o600 });
  expect(unprivilegedUser(hidden)).toBeUndefined();
});
