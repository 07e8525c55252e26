import fs from 'node:fs';
import path from 'node:path';
import { readJson, writeFileAtomically } from './files.mjs';
import { partOf } from './hosts.mjs';
import { isAlive, processIdentityOf, signalGroup, untilEnded } from './process-identity.mjs';
import { Refusal } from './errors.mjs';

/** @import { ProcessRecord, PublishedStack, Settings } from '../types.js' */

const launcherFile = 'launcher.json';
const stackFile = 'stack.json';

/**
 * The published addresses of the stack that runs on this state folder; undefined if none runs.
 * @param {Pick<Settings, 'run'>} settings
 * @returns {PublishedStack | undefined}
 */
export function runningStack({ run }) {
  return isAlive(readJson(path.join(run, launcherFile))) ? readJson(path.join(run, stackFile)) : undefined;
}

/**
 * Claims the state folder for this process, and ends the processes that a killed launcher left.
 * @param {Pick<Settings, 'run' | 'state'>} settings
 * @returns {Promise<string[]>} names of the processes that were ended
 * @throws {Refusal} if another launcher that runs has claimed it
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

/**
 * Ends the claim on the state folder.
 * @param {Pick<Settings, 'run'>} settings
 */
export function releaseState({ run }) {
  for (const name of [stackFile, launcherFile]) fs.rmSync(path.join(run, name), { force: true });
}

/**
 * Writes the addresses of a stack, for `npm run demo` and other tools. They hold paths of secrets, never secrets.
 * @param {Pick<Settings, 'run'>} settings
 * @param {PublishedStack} description
 */
export const publishAddresses = ({ run }, description) =>
  writeFileAtomically(path.join(run, stackFile), JSON.stringify(description, null, 2), { mode: 0o600 });

/**
 * Ends recorded processes that still run.
 * @param {Pick<Settings, 'run'>} settings
 * @returns {Promise<string[]>} their names
 */
export async function endLeftovers({ run }) {
  const records = fs
    .readdirSync(run)
    .filter((name) => name.endsWith('.json') && name !== launcherFile && name !== stackFile)
    .map((name) => ({ ...readJson(path.join(run, name)), file: path.join(run, name) }));
  const alive = records.filter(isAlive);
  /** @param {ProcessRecord} record */
  const end = async (record) => {
    signalGroup(record.pid, record.stopSignal ?? 'SIGTERM');
    if (await untilEnded(record, 5_000)) return;
    signalGroup(record.pid, 'SIGKILL');
    await untilEnded(record, 5_000);
  };
  // The database ends last, because the others still write to it.
  await Promise.all(alive.filter(({ name }) => partOf(name) !== 'postgres').map(end));
  await Promise.all(alive.filter(({ name }) => partOf(name) === 'postgres').map(end));
  for (const { file } of records) fs.rmSync(file, { force: true });
  return alive.map(({ name }) => name);
}
