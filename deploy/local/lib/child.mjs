import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { lastLines, writeFileAtomically } from './files.mjs';
import { processIdentityOf, signalGroup } from './process-identity.mjs';
import { sleep, until } from './wait.mjs';

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A process that lived this long was well: the next crash starts counting anew. */
const steadyMs = 60_000;
const readyTimeoutMs = 90_000;

/**
 * One long-running process of the stack: started in its own process group (a Ctrl-C in the terminal reaches only
 * the launcher, which stops everything in order), logged to a file, recorded on disk so that a later launcher
 * finds it, and started again with growing delays when it crashes.
 *
 * @typedef {object} ChildSpec
 * @property {string} name      file name of log and record
 * @property {string} title     what people call it
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env  its whole environment: nothing is inherited
 * @property {string} [cwd]
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {() => Promise<void>} isReady   rejects while it is not
 * @property {() => Promise<void>} [beforeStart]      clears what a killed predecessor left
 * @property {NodeJS.Signals} [stopSignal]
 * @property {number} [graceMs]              before SIGKILL
 */
export class Child {
  #spec;
  #settings;
  #report;
  #process;
  #exited = Promise.resolve();
  #wanted = false;
  #delay = firstDelayMs;
  #change = {};
  state = 'stopped';

  /** @param {ChildSpec} spec */
  constructor(spec, { settings, report }) {
    this.#spec = { stopSignal: 'SIGTERM', graceMs: 15_000, cwd: settings.root, ...spec };
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
   * @param {{env?: Record<string, string>}} [change] environment that differs, from now to the next start
   * @throws when it ends before that, or is not ready in time
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

  /** Ends the process as a power cut would, and leaves it down. */
  async kill() {
    await this.stop({ hurry: true });
  }

  /** Asks the process to end, and ends it when it has not within its grace time. */
  async stop({ hurry = false } = {}) {
    this.#wanted = false;
    if (!this.#process) return;
    const { pid } = this.#process;
    // One that is only just starting has nothing to finish.
    const graceMs = this.state === 'ready' ? this.#spec.graceMs : 3_000;
    this.state = 'stopping';
    signalGroup(pid, hurry ? 'SIGKILL' : this.#spec.stopSignal);
    const ended = await Promise.race([this.#exited.then(() => true), sleep(graceMs)]);
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
    if (!this.#wanted) throw new Error(`${title} is not wanted any more.`);
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
    this.#exited = new Promise((resolve) => {
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
    if (child.pid) {
      const { stopSignal } = this.#spec;
      const record = { name: this.name, pid: child.pid, identity: processIdentityOf(child.pid), stopSignal };
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
    void this.#exited.then((how) => {
      if (Date.now() - since > steadyMs) this.#delay = firstDelayMs;
      if (this.#wanted) void this.#restart(how);
    });
  }

  async #restart(how) {
    const { title } = this.#spec;
    for (;;) {
      this.#report.failed(
        `${title} stopped (${how}); starting it again in ${this.#delay / 1000} s. Log: ${this.#log}`,
      );
      await sleep(this.#delay);
      this.#delay = Math.min(this.#delay * 2, longestDelayMs);
      if (!this.#wanted) return;
      const since = Date.now();
      try {
        await this.#launch();
        this.#report.done(`${title} ready again`, since);
        return;
      } catch (error) {
        if (!this.#wanted) return;
        how = error.message.split('\n')[0];
      }
    }
  }
}
