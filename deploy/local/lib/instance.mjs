import fs from 'node:fs';
import path from 'node:path';
import { readJson, writeFileAtomically } from './files.mjs';
import { untilGone, processIdentityOf, isAlive, signalGroup } from './process-identity.mjs';
import { Refusal } from './refusal.mjs';

const launcherFile = 'launcher.json';
const stackFile = 'stack.json';

/** What the running stack of this state folder says about itself; undefined when none is up. */
export function runningStack({ run }) {
  return isAlive(readJson(path.join(run, launcherFile))) ? readJson(path.join(run, stackFile)) : undefined;
}

/**
 * Claims the state folder for this process, and ends what a killed launcher left running in it.
 * @returns {Promise<string[]>} names of the leftovers that were ended
 * @throws {Refusal} when a live launcher has it
 */
export async function claimState({ run, state }) {
  fs.mkdirSync(state, { recursive: true });
  fs.mkdirSync(run, { recursive: true, mode: 0o700 });
  const file = path.join(run, launcherFile);
  const holder = readJson(file);
  if (isAlive(holder) && holder.pid !== process.pid)
    throw new Refusal(
      `Reseal already runs on ${state} (process ${holder.pid}). Set RESEAL_STATE for a second one.`,
    );
  writeFileAtomically(file, JSON.stringify({ pid: process.pid, identity: processIdentityOf(process.pid) }));
  fs.rmSync(path.join(run, stackFile), { force: true });
  return endLeftovers({ run });
}

/** Gives the state folder back. */
export function releaseState({ run }) {
  for (const name of [stackFile, launcherFile]) fs.rmSync(path.join(run, name), { force: true });
}

/** Publishes addresses for `npm run demo` and other tools. Holds paths of secrets, never secrets. */
export const publishAddresses = ({ run }, description) =>
  writeFileAtomically(path.join(run, stackFile), JSON.stringify(description, null, 2), { mode: 0o600 });

/**
 * Ends recorded processes that still run.
 * @returns {Promise<string[]>} their names
 */
export async function endLeftovers({ run }) {
  const records = fs
    .readdirSync(run)
    .filter((name) => name.endsWith('.json') && name !== launcherFile && name !== stackFile)
    .map((name) => ({ ...readJson(path.join(run, name)), file: path.join(run, name) }));
  const alive = records.filter(isAlive);
  const end = async (record) => {
    signalGroup(record.pid, record.stopSignal ?? 'SIGTERM');
    if (await untilGone(record, 5_000)) return;
    signalGroup(record.pid, 'SIGKILL');
    await untilGone(record, 5_000);
  };
  // The database last: the others still want to write.
  await Promise.all(alive.filter(({ name }) => name !== 'postgres').map(end));
  await Promise.all(alive.filter(({ name }) => name === 'postgres').map(end));
  for (const { file } of records) fs.rmSync(file, { force: true });
  return alive.map(({ name }) => name);
}
