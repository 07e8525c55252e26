import { setTimeout as delay } from 'node:timers/promises';
import { parseOptions } from '#libs/command-line';
import { loadConfig, temporalServerConfig } from '#libs/config';
import { taskQueues } from '#libs/domain';
import {
  connectTemporalClient,
  movePinned,
  setCurrentVersion,
  temporalServerOf,
  workerVersions,
  type WorkerVersion,
} from '#libs/temporal';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { OtherCommand } from '../command.js';
import { SetupFailure } from '../failures.js';
import { temporalErrors } from './temporal.js';

type Print = (line: string) => void;

/**
 * `setup worker-version`.
 *
 * @throws SetupFailure if it would do harm, or there is nothing that it could do. Then nothing was changed.
 */
export const workerVersionCommand: OtherCommand = {
  server: temporalErrors,
  async run(args, { env, print }) {
    const { values } = parseOptions({
      args,
      options: {
        'build-id': { type: 'string' },
        unversioned: { type: 'boolean', default: false },
        'move-from': { type: 'string' },
        confirm: { type: 'boolean', default: false },
        wait: { type: 'string', default: '60' },
      },
    });
    const waitMs = Number(values.wait) * 1_000;
    if (!Number.isFinite(waitMs))
      throw new SetupFailure(`--wait is a number of seconds, not "${values.wait}".`, 2);
    const config = loadConfig(z.object(temporalServerConfig), env);
    const temporal = connectTemporalClient({ ...temporalServerOf(config), dataConverter: {} });
    try {
      const { client } = temporal;
      if (values['move-from'] !== undefined) await move(client, values['move-from'], values.confirm, print);
      else if (values['build-id'] !== undefined) await makeCurrent(client, values['build-id'], waitMs);
      else if (values.unversioned) await setCurrentVersion(client, undefined);
      for (const version of await versionsOf(client)) print(lineOf(version));
      return 0;
    } finally {
      await temporal.close();
    }
  },
};

const versionsOf = (client: Client) => workerVersions(client, taskQueues.reissue);

function lineOf({ buildId, current, pinned, polled }: WorkerVersion): string {
  const use = current ? 'current' : pinned > 0 ? 'drains' : 'drained';
  return `${buildId}: ${use}, ${pinned} open reissues, ${polled ? 'workers poll' : 'no worker polls'}`;
}

/** New reissues on a version without workers would wait for them. */
async function makeCurrent(client: Client, buildId: string, waitMs: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const versions = await versionsOf(client);
    if (versions.some((version) => version.buildId === buildId && version.polled)) break;
    if (Date.now() >= deadline)
      throw new SetupFailure(`No worker with RESEAL_WORKER_BUILD_ID=${buildId} polls. Nothing was changed.`);
    await delay(500);
  }
  await setCurrentVersion(client, buildId);
}

async function move(client: Client, from: string, confirmed: boolean, print: Print): Promise<void> {
  const versions = await versionsOf(client);
  const current = versions.find((version) => version.current);
  const left = versions.find(({ buildId }) => buildId === from);
  if (!left) throw new SetupFailure(`There is no version ${from}.`);
  if (!current || current === left)
    throw new SetupFailure('Reissues are moved to the current version, and there is no other than this.');
  if (!confirmed) {
    print(
      `Would move ${left.pinned} open reissues from ${from} to ${current.buildId}. Repeat with --confirm.`,
    );
    return;
  }
  print(
    `Moved ${await movePinned(client, from, current.buildId)} open reissues from ${from} to ${current.buildId}.`,
  );
}
