import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { processIdentityOf } from './process-identity.mjs';

/** @import { ChildProcess } from 'node:child_process' */

/** A script that prints a line when it runs, and runs until a signal ends it. */
export const endless = 'setInterval(() => {}, 1e6); console.log("running");';

/** For specs: starts processes, and ends those that still run. */
export class SampleProcesses {
  /** @type {ChildProcess[]} */
  #started = [];

  /**
   * Runs a script in Node. Resolves when the script has printed something.
   * @param {string} script
   */
  async start(script = endless) {
    const child = spawn(process.execPath, ['-e', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#started.push(child);
    const [output] = await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    return { child, pid, identity: processIdentityOf(pid) ?? '', output: String(output) };
  }

  /** Starts a process, kills it, and returns its record. */
  async ended() {
    const { child, pid, identity } = await this.start();
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    return { pid, identity };
  }

  end() {
    for (const child of this.#started) child.kill('SIGKILL');
  }
}

/** A new empty folder, with settings for the parts that write there. */
export function temporarySettings() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-spec-'));
  const settings = { root, state: root, logs: root, run: path.join(root, 'run') };
  fs.mkdirSync(settings.run);
  return { settings, remove: () => fs.rmSync(root, { recursive: true, force: true }) };
}
