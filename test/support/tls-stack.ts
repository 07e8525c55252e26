import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { stateFolder } from './app-environment.js';
import { launcherModule } from './launcher-module.js';
import { until } from './until.js';

const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'RESEAL_CACHE', 'RESEAL_MAVEN_REPOSITORY'];

/** A second stack, `npm start -- --tls`, beside the one of the tests. */
export class TlsStack {
  private constructor(
    /** Its state folder. */
    readonly state: string,
    private readonly launcher: ChildProcess,
  ) {}

  /**
   * Starts the stack, which makes one reissue, and points this process's environment to it. Clients that are created later
   * use it.
   */
  static async start(): Promise<TlsStack> {
    const state = join(stateFolder(), 'tls-stack');
    mkdirSync(state, { recursive: true });
    const { claimFreePorts } = await launcherModule<{
      claimFreePorts(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv>;
    }>('lib/ports.mjs');
    const own = Object.fromEntries(Object.entries(process.env).filter(([key]) => inherited.includes(key)));
    const env = await claimFreePorts({ ...own, RESEAL_STATE: state, RESEAL_ENV: 'test' });
    const log = openSync(join(state, 'launcher.log'), 'w');
    const launcher = spawn(process.execPath, ['deploy/local/start.mjs', '--tls'], {
      cwd: projectRoot(),
      env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const stack = new TlsStack(state, launcher);
    await until(
      'the stack with TLS',
      () => {
        if (launcher.exitCode !== null) throw new Error(stack.read('launcher.log'));
        return /Reseal is up/.test(stack.read('launcher.log'));
      },
      { timeoutMs: 900_000, pauseMs: 250 },
    );
    const { environment } = JSON.parse(stack.read('run/stack.json')) as {
      environment: Record<string, string>;
    };
    Object.assign(process.env, environment, { RESEAL_STATE: state });
    return stack;
  }

  /** The content of a file in the state folder. */
  read(file: string): string {
    return readFileSync(join(this.state, file), 'utf8');
  }

  /** Issues a new certificate for a client, as a renewal does. One of fewer than 0 days has expired. */
  async renewClient(client: string, days = 90): Promise<void> {
    const { renewClient } = await launcherModule<{
      renewClient(folder: string, name: string, days: number): Promise<void>;
    }>('lib/tls.mjs');
    await renewClient(join(this.state, 'tls'), client, days);
  }

  /** Makes another CA in a folder. @returns the path of its certificate */
  async strangeCa(): Promise<string> {
    const { provideTls } = await launcherModule<{ provideTls(folder: string): Promise<{ ca: string }> }>(
      'lib/tls.mjs',
    );
    return (await provideTls(join(this.state, 'strange'))).ca;
  }

  async stop(): Promise<void> {
    if (this.launcher.exitCode !== null) return;
    const ended = once(this.launcher, 'exit');
    this.launcher.kill('SIGTERM');
    await ended;
  }
}
