import fs from 'node:fs';
import path from 'node:path';
import { runInForeground } from '../lib/commands.mjs';
import { messageOf } from '../lib/errors.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { buildTools } from './build.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Settings } from '../types.js' */
/** @import { Stack } from './stack.mjs' */

const samplePeople = 12;

/**
 * Creates sample customers in the sandbox, unless it has some.
 * @param {Stack} stack
 * @param {ProgressReport} report
 */
export async function provideSamplePeople(stack, report) {
  const url = `${stack.clientEnvironment.RESEAL_SANDBOX_URL}/v1/people`;
  const { people } = await json(await fetch(`${url}?limit=1`));
  if (people.length > 0) return;
  await report.step(`${samplePeople} sample customers made`, async () => {
    const body = JSON.stringify({ count: samplePeople });
    await json(await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }));
  });
}

/**
 * Makes one reissue through the API on the first boot, to show that the stack works. If it fails, the stack stays up.
 * @param {Stack} stack
 * @param {ProgressReport} report
 */
export async function reissueOnFirstBoot(stack, report) {
  const marker = path.join(stack.settings.state, 'first-reissue');
  if (fs.existsSync(marker)) return;
  report.line();
  report.note('The first reissue, made by the demo client:');
  const exitCode = await runDemo({ settings: stack.settings, report }, stack.clientEnvironment, []).catch(
    (error) => {
      report.failed(messageOf(error));
      return 1;
    },
  );
  if (exitCode === 0) writeFileAtomically(marker, `${new Date().toISOString()}\n`);
  else report.failed('The first reissue failed; the next start tries again.');
}

/**
 * Runs the demo client against a running stack, on the terminal of this process.
 * @param {{settings: Settings, report: ProgressReport}} context
 * @param {Record<string, string>} clientEnvironment
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
export async function runDemo({ settings, report }, clientEnvironment, args) {
  await buildTools({ settings, report });
  const { root } = settings;
  const script = path.join(root, 'dist-tools/test/demo/main.js');
  const env = { ...process.env, ...clientEnvironment };
  // kafkajs 2.2 sets negative timeouts, of which Node 24 warns once in each process.
  const flags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
  return runInForeground(process.execPath, [...flags, script, ...args], { cwd: root, env });
}

/** @param {Response} response */
async function json(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
