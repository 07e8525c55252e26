import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, cpSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentOf, stateFolder } from '../support/app-environment.js';

/** The user of the image. */
const user = 65_532;
/** Folders of the stack's state from which apps read keys. */
const folders = ['secrets', 'ca', 'ocsp'];
/** What this machine's podman needs where systemd does not run: its own cgroups, and limits below those of the shell. */
const machine = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
const confined = [
  ...['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--user', `${user}:${user}`],
  ...['--ulimit', 'nofile=8192:8192', '--ulimit', 'nproc=4096:4096', '--network', 'host', '--pull', 'never'],
];

/** Runs podman. @throws Error with what it printed if it fails */
export async function podman(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('podman', [...machine, ...args], { maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** The arguments that run a container as the chart does: no capability, no writing, the image's user. */
export const runArguments = (image: string, options: readonly string[], ...args: string[]) => [
  ...['run', '--rm', ...confined, ...options, image],
  ...args,
];

/**
 * Copies the keys of the stack's apps for the image's user, because key files open for their owner only.
 *
 * @returns the options of a container that sees the copies in place of the originals
 */
export function copyKeys(target: string): string[] {
  const state = stateFolder();
  return folders.flatMap((folder) => {
    const copy = join(target, folder);
    cpSync(join(state, folder), copy, { recursive: true });
    for (const path of [
      copy,
      ...readdirSync(copy, { recursive: true, encoding: 'utf8' }).map((name) => join(copy, name)),
    ])
      chownSync(path, user, user);
    return ['--volume', `${copy}:${join(state, folder)}:ro`];
  });
}

/** An app of the stack in a container, beside the stack's own process. */
export class AppContainer {
  private readonly process: ChildProcess;

  constructor(
    readonly app: string,
    {
      image,
      keys,
      changes,
    }: { image: string; keys: readonly string[]; changes: Readonly<Record<string, string>> },
  ) {
    const settings = Object.entries({ ...environmentOf(app), ...changes }).filter(
      ([name]) => name !== 'RESEAL_SIGNER_JOURNAL' && name !== 'RESEAL_CHECKPOINT_FILE',
    );
    const variables = settings.flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const flags = app === 'worker' ? ['--import', './dist/libs/temporal/src/without-promise-traces.js'] : [];
    const args = runArguments(image, [...variables, ...keys], ...flags, `dist/apps/${app}/src/main.js`);
    mkdirSync(join(stateFolder(), 'logs'), { recursive: true });
    const log = openSync(join(stateFolder(), 'logs', `${app}-container.log`), 'w');
    this.process = spawn('podman', [...machine, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Sends SIGTERM, as Kubernetes does, and returns the exit code. */
  async end(): Promise<number | null> {
    if (!this.hasEnded) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    return this.process.exitCode;
  }
}
