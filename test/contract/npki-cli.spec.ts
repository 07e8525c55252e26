import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(120_000); // the tool compiles changed sources first

const root = fileURLToPath(new URL('../..', import.meta.url));
const testdata = 'libs/npki/testdata';
const random = '79ea7568a2d3776604e18bcd3a1b1b85b7da0872';

/** Runs the tool as a user does, without the Node options that Jest needs. */
function npki(args: string[], input = '') {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const run = spawnSync(process.execPath, ['deploy/local/tool.mjs', 'npki', ...args], {
    cwd: root,
    env,
    input,
  });
  return { code: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

describe('npm run npki', () => {
  it('npm run npki prints one JSON object and nothing else', () => {
    npki(['help']); // compiles, and prints a message about that
    const read = npki(['read', `${testdata}/pbes1-seed-sha1.der`, '--password-stdin'], 'Npki!Test2026\n');
    expect([read.code, read.stderr]).toEqual([0, '']);
    expect(JSON.parse(read.stdout)).toEqual({
      form: 'PBES1-SHA1-SEED',
      keyType: 'RSA-2048',
      spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      randomNumber: random,
    });
    const vid = npki(['vid', '--rrn-stdin', '--random', random], '1234561234567');
    expect(JSON.parse(vid.stdout)).toEqual({
      virtualId: '17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35',
    });
  });

  it('npm run npki ends with 1 and one line for a wrong password, and with 2 for a wrong usage', () => {
    const wrong = npki(['read', `${testdata}/pbes1-seed-sha1.der`, '--password-stdin'], 'wrong');
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toMatch(/^[^\n]+: the password is wrong or the file is damaged\n$/);
    expect(npki(['unheard-of']).code).toBe(2);
  });
});
