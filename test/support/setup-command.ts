import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '#libs/config';
import { runSetup } from '../../apps/setup/src/run-setup.js';

interface SetupRun {
  readonly code: number | null;
  /** Of standard output. */
  readonly lines: readonly string[];
  /** Standard error. */
  readonly errors: string;
}

/** Runs `npm run setup -- <args>` with this configuration. */
export async function setup(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<SetupRun> {
  const lines: string[] = [];
  let errors = '';
  const code = await runSetup(args, {
    env,
    print: (line) => lines.push(...line.split('\n')),
    printError: (line) => (errors += `${line}\n`),
  });
  return { code, lines, errors };
}

/** The same in a process of its own, which can create the CA, with a file of settings as `npm run setup` has it. */
export async function setupProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<SetupRun> {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-settings-'));
  const file = join(folder, 'setup.env');
  const settings = Object.entries({ RESEAL_ENV: 'test', ...env });
  writeFileSync(file, settings.map(([key, value]) => `${key}='${value}'\n`).join(''), { mode: 0o600 });
  try {
    const child = fork(join(projectRoot(), 'dist/apps/setup/src/main.js'), [...args], {
      execArgv: [`--env-file=${file}`, '--disable-warning=TimeoutNegativeWarning'], // the warning is of kafkajs
      env: { PATH: process.env.PATH },
      silent: true,
    });
    const [output, errors] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'exit'),
    ]);
    return { code: child.exitCode, lines: output.split('\n').filter(Boolean), errors };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
