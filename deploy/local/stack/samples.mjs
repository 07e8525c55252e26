import fs from 'node:fs';
import path from 'node:path';
import { runInForeground } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';

const samplePeople = 12;

/** Has the sandbox make sample customers, unless it has some. */
export async function provideSamplePeople(stack, report) {
  const url = `${stack.clientEnvironment.RESEAL_SANDBOX_URL}/v1/people`;
  const { people } = await json(await fetch(`${url}?limit=1`));
  if (people.length > 0) return;
  await report.step(`${samplePeople} sample customers made`, async () => {
    const body = JSON.stringify({ count: samplePeople });
    await json(await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }));
  });
}

/** Shows on the first boot that it works: one reissue, through the API. A failure is said, but stops nothing. */
export async function reissueOnFirstBoot(stack, report) {
  const marker = path.join(stack.settings.state, 'first-reissue');
  if (fs.existsSync(marker)) return;
  report.line();
  report.note('The first reissue, as a client would do it:');
  if ((await runDemo(stack.settings, stack.clientEnvironment, [])) === 0)
    writeFileAtomically(marker, `${new Date().toISOString()}\n`);
  else report.failed('The first reissue failed; the next start tries again.');
}

/**
 * The demo client against a running stack, on our own terminal.
 * @returns {Promise<number>} its exit code
 */
export function runDemo({ root }, clientEnvironment, args) {
  const script = path.join(root, 'dist/test/demo/main.js');
  const env = { ...process.env, ...clientEnvironment };
  // kafkajs 2.2 computes timeouts in the past; Node 24 warns of each process's first.
  const flags = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
  return runInForeground(process.execPath, [...flags, script, ...args], { cwd: root, env });
}

async function json(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
