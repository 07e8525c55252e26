import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPlan } from '../testing/plan.mjs';
import { readOptions } from './options.mjs';

/** @type {string} */
let folder;
beforeAll(() => void (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-options-'))));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/**
 * Runs the first stage of a command with a state folder that does not exist.
 * @param {string} script
 * @param {string[]} args
 */
async function run(script, ...args) {
  const state = path.join(folder, 'state');
  const states = { RESEAL_STATE: state, RESEAL_TEST_STATE: state, RESEAL_BENCH_STATE: state };
  const env = { ...process.env, ...states, NODE_OPTIONS: '' };
  const outcome = await promisify(execFile)(process.execPath, [`deploy/local/${script}.mjs`, ...args], {
    env,
  }).catch((error) => error);
  return { code: outcome.code ?? 0, text: outcome.stdout + outcome.stderr, started: fs.existsSync(state) };
}

describe('options of the launcher', () => {
  it.each([
    ['start', '--infrastructure'],
    ['test', '--only LIST'],
  ])('npm %s prints its options and starts nothing', async (script, option) => {
    const { code, text, started } = await run(script, '--help');
    expect({ code, started }).toEqual({ code: 0, started: false });
    expect(text).toContain(option);
  });

  it.each([
    ['start', '--infrastucture', 'Did you mean --infrastructure?'],
    ['start', '--tsl', 'Did you mean --tls?'],
    ['start', '--quiet', 'There is --infrastructure, --cluster, --tls, --logs.'],
    ['test', '--olny', 'Did you mean --only?'],
    ['test', '--only=e2e,unti', 'not unti'],
    ['bench', 'nope', 'There is audit, events-in, expiry, growth,'],
    ['bench', 'resisue', 'Did you mean reissue?'],
  ])('npm %s refuses %s and starts nothing', async (script, option, words) => {
    const { code, text, started } = await run(script, option);
    expect({ code, started }).toEqual({ code: 1, started: false });
    expect(text).toContain(words);
  });

  it('A word without dashes is no option of npm start', () => {
    expect(() => readOptions('start', ['infrastructure'])).toThrow(/infrastructure/);
  });

  it('What follows the second -- is for Jest', () => {
    expect(readPlan(['--only', 'e2e', '--', '-t', 'expired']).jestArgs).toEqual(['-t', 'expired']);
  });
});
