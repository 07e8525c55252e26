import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#libs/config';
import { environmentOf, stateFolder } from '../support/app-environment.js';

/** The user of the image. */
const user = 65_532;
const file = join(projectRoot(), 'deploy/compose/compose.yaml');

/** The folders with keys, CA and journals, and the file of settings of one installation with the engines of the stack. */
export class Installation {
  readonly state = join(stateFolder(), 'installation');
  private readonly settings = join(stateFolder(), 'compose.env');

  constructor() {
    for (const folder of ['', 'ca', 'ca-root', 'ocsp', 'journal', 'secrets']) {
      const path = join(this.state, folder);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      chownSync(path, user, user);
    }
    const {
      RESEAL_ADMIN_DATABASE_URL: admin,
      RESEAL_KAFKA_BROKERS: brokers,
      ...operator
    } = environmentOf('setup');
    const settings = {
      IMAGE: 'localhost/reseal:test',
      HAPROXY_IMAGE: 'localhost/haproxy:test',
      STATE_FOLDER: this.state,
      RESEAL_ADMIN_DATABASE_URL: admin,
      POSTGRESQL: new URL(admin!).host,
      RESEAL_TEMPORAL_ADDRESS: operator.RESEAL_TEMPORAL_ADDRESS,
      RESEAL_KAFKA_BROKERS: brokers,
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(this.settings, lines.join(''), { mode: 0o600 });
  }

  /** Runs `docker compose` by podman-compose. @returns all that it printed @throws Error with it if it fails */
  compose(...args: string[]): Promise<string> {
    const options = [
      '--file',
      file,
      '--env-file',
      this.settings,
      '--profile',
      'sandbox',
      '--in-pod',
      'false',
    ];
    return run(process.env.RESEAL_PODMAN_COMPOSE_PYTHON!, ['-m', 'podman_compose', ...options, ...args]);
  }

  /** Runs a service once. */
  runOnce(service: string, ...args: string[]): Promise<string> {
    return this.compose('--profile', 'setup', 'run', '--rm', '--no-deps', service, ...args);
  }
}

/** Runs podman. @returns its output @throws Error with what it printed if it fails */
export const podman = (...args: string[]): Promise<string> => run('podman', args);

/** Without the settings of the tests, which would come before those of the file. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|HOME|CONTAINERS_)/.test(name)),
);

async function run(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { env, maxBuffer: 2 ** 26 });
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
