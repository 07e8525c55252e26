import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { stateFolder } from './app-environment.js';
import { freePort } from './free-ports.js';
import { launcherModule } from './launcher-module.js';
import { until } from './until.js';

interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly beforeStart: () => Promise<void>;
}

interface PostgresModule {
  preparePostgres(context: object, host: object): ProcessSpec;
  adminUrl(context: object): string;
}

/** A PostgreSQL of its own, as it is after `initdb`: its only role is the superuser. */
export interface OwnPostgres {
  /** With the superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it in a folder in the state folder. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const { readSettings } = await launcherModule<{
    readSettings(env: NodeJS.ProcessEnv): { readonly logs: string; readonly secrets: string };
  }>('lib/settings.mjs');
  const { provideSecrets } = await launcherModule<{ provideSecrets(folder: string): object }>(
    'lib/secrets.mjs',
  );
  const { preparePostgres, adminUrl } = await launcherModule<PostgresModule>('stack/postgres.mjs');

  const state = mkdtempSync(join(stateFolder(), 'own-postgres-'));
  const settings = readSettings({ RESEAL_STATE: state, RESEAL_POSTGRES_PORT: String(await freePort()) });
  mkdirSync(settings.logs);
  const context = { settings, secrets: provideSecrets(settings.secrets) };
  const { hostsOf } = await launcherModule<{ hostsOf(settings: object): [object] }>('lib/hosts.mjs');
  const { beforeStart, command, args, ...options } = preparePostgres(context, hostsOf(settings)[0]);
  await beforeStart();
  const server = spawn(command, args, { ...options, stdio: 'ignore' });
  const exited = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGINT');
    await exited;
    // The folder is a link if PostgreSQL's user cannot reach the state folder.
    for (const folder of [realpathSync(join(state, 'postgres')), state]) rmSync(folder, { recursive: true });
  };
  const url = adminUrl(context);
  try {
    await until('a new PostgreSQL', () => answers(url), { timeoutMs: 120_000, pauseMs: 100 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
