import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './errors.mjs';
import { lastLines, writeFileAtomically } from './files.mjs';
import { processIdentityOf, signalGroup } from './process-identity.mjs';
import { until } from './wait.mjs';

/** @import { ChildProcess } from 'node:child_process' */
/** @import { ChildSpec, Environment, ProcessRecord, Settings } from '../types.js' */
/** @import { ProgressReport } from './progress-report.mjs' */

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** After a crash, a process that ran this long starts again with the first delay. */
const steadyMs = 60_000;
const readyTimeoutMs = 90_000;

/**
 * One long-running process of the stack. It starts in its own process group, because a Ctrl-C in the terminal must reach
 * only the launcher, which stops all processes in order. Its output goes to a log file, and a record on disk lets a later
 * launcher find it. After a crash it starts again, with growing delays.
 */
export class Child {
  #spec;
  #settings;
  #report;
  /** @type {ChildProcess | undefined} */
  #process;
  /** @type {Promise<unknown>} */
  #exited = Promise.resolve();
  #wanted = false;
  #delay = firstDelayMs;
  /** @type {Environment} */
  #change = {};
  /** @type {'stopped' | 'starting' | 'ready' | 'stopping'} */
  state = 'stopped';

  /**
   * @param {ChildSpec} spec
   * @param {{settings: Pick<Settings, 'root' | 'logs' | 'run'>, report: Pick<ProgressReport, 'done' | 'failed'>}} context
   */
  constructor(spec, { settings, report }) {
    this.#spec = {
      stopSignal: /** @type {const} */ ('SIGTERM'),
      graceMs: 15_000,
      cwd: settings.root,
      ...spec,
    };
    this.#settings = settings;
    this.#report = report;
  }

  get name() {
    return this.#spec.name;
  }

  get pid() {
    return this.#process?.pid;
  }

  /**
   * Starts the process and waits until it is ready.
   * @param {{env?: Environment}} [change] environment variables that differ until the next start
   * @throws if it ends before it is ready, or is not ready in time
   */
  async start({ env = {} } = {}) {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#change = env;
    try {
      await this.#launch();
    } catch (error) {
      this.#wanted = false;
      throw error;
    }
  }

  /** Kills the process and leaves it down. */
  async kill() {
    await this.stop({ hurry: true });
  }

  /** Asks the process to end, and kills it after its grace time. In a hurry, kills it at once. */
  async stop({ hurry = false } = {}) {
    this.#wanted = false;
    if (!this.#process) return;
    const { pid } = this.#process;
    if (pid === undefined) return void (await this.#exited);
    // A process that is starting has no work to finish.
    const graceMs = this.state === 'ready' ? this.#spec.graceMs : 3_000;
    this.state = 'stopping';
    signalGroup(pid, hurry ? 'SIGKILL' : this.#spec.stopSignal);
    const grace = new AbortController();
    const late = delay(graceMs, false, { signal: grace.signal }).catch(() => false);
    const ended = await Promise.race([this.#exited.then(() => true), late]);
    grace.abort();
    if (!ended && this.#process?.pid === pid) signalGroup(pid, 'SIGKILL');
    await this.#exited;
  }

  get #log() {
    return path.join(this.#settings.logs, `${this.#spec.name}.log`);
  }

  get #record() {
    return path.join(this.#settings.run, `${this.#spec.name}.json`);
  }

  async #launch() {
    const { title, command, args, env, cwd, uid, gid, isReady, beforeStart } = this.#spec;
    this.state = 'starting';
    await beforeStart?.();
    if (!this.#wanted) throw new Error(`${title} was stopped while it was starting.`);
    const output = fs.openSync(this.#log, 'a');
    const child = spawn(command, args, {
      env: { ...env, ...this.#change },
      cwd,
      uid,
      gid,
      detached: true,
      stdio: ['ignore', output, output],
    });
    fs.closeSync(output);
    this.#process = child;
    const since = Date.now();
    const abort = new AbortController();
    /** @type {Promise<string>} */
    const exited = new Promise((resolve) => {
      /** @param {string} how */
      const ended = (how) => {
        this.#process = undefined;
        this.state = 'stopped';
        fs.rmSync(this.#record, { force: true });
        abort.abort(
          new Error(`${title} ended (${how}) before it was ready; its log ends:\n${lastLines(this.#log)}`),
        );
        resolve(how);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
    this.#exited = exited;
    if (child.pid) {
      const { stopSignal } = this.#spec;
      /** @type {ProcessRecord} */
      const record = {
        name: this.name,
        pid: child.pid,
        identity: processIdentityOf(child.pid) ?? '',
        stopSignal,
      };
      writeFileAtomically(this.#record, JSON.stringify(record));
    }
    try {
      await until(isReady, {
        timeoutMs: readyTimeoutMs,
        signal: abort.signal,
        what: title,
        log: this.#log,
      });
    } catch (error) {
      if (child.pid && this.#process === child) signalGroup(child.pid, 'SIGKILL');
      await this.#exited;
      throw error;
    }
    this.state = 'ready';
    void exited.then((how) => {
      if (Date.now() - since > steadyMs) this.#delay = firstDelayMs;
      if (this.#wanted) void this.#restart(how);
    });
  }

  /** @param {string} how it ended */
  async #restart(how) {
    const { title } = this.#spec;
    for (;;) {
      this.#report.failed(
        `${title} stopped (${how}); starting it again in ${this.#delay / 1000} s. Log: ${this.#log}`,
      );
      await delay(this.#delay);
      this.#delay = Math.min(this.#delay * 2, longestDelayMs);
      if (!this.#wanted) return;
      const since = Date.now();
      try {
        await this.#launch();
        this.#report.done(`${title} ready again`, since);
        return;
      } catch (error) {
        if (!this.#wanted) return;
        how = messageOf(error).split('\n')[0];
      }
    }
  }
}
