import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createCertificateAuthority,
  openIssuingAuthority,
  personalBankProfile,
  type CertificateProfile,
  type IssuingAuthority,
} from '#libs/ca';

const readyWithinMs = 20_000;

/** The CA of all cases, and a folder that is removed when the process ends. */
export interface BenchAuthority {
  readonly directory: string;
  readonly passphrase: string;
  readonly authority: IssuingAuthority;
  readonly profile: CertificateProfile;
}

export async function openBenchAuthority(): Promise<BenchAuthority> {
  const directory = mkdtempSync(join(tmpdir(), 'reseal-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const passphrase = 'only for this benchmark';
  const ca = join(directory, 'ca');
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory: ca,
    organisation: 'reseal-test',
    passphrase,
    now: new Date(),
  });
  const settings = { bank: { name: 'RESEAL', code: '999' }, statusUrl: 'http://status.reseal.test' };
  return {
    directory,
    passphrase,
    authority: openIssuingAuthority(ca, passphrase),
    profile: personalBankProfile(settings),
  };
}

/**
 * Runs a server until this process ends. Its output goes to a file in the CA's folder.
 *
 * @param isReady called until it returns true
 * @returns its process id
 * @throws Error if the server ends or is not ready in time
 */
export async function serve(
  ca: BenchAuthority,
  name: string,
  command: { readonly program: string; readonly args: readonly string[] },
  isReady: () => Promise<boolean>,
): Promise<number> {
  const log = join(ca.directory, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(command.program, command.args, {
    stdio: ['ignore', output, output],
    cwd: ca.directory,
  });
  child.unref();
  process.once('exit', () => child.kill('SIGKILL'));
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? code}`));
  const until = Date.now() + readyWithinMs;
  while (!(await isReady().catch(() => false))) {
    if (ended ?? Date.now() > until) throw new Error(`${name} did not start: ${ended ?? 'no answer'}`);
    await delay(50);
  }
  return child.pid!;
}

/** Path of another CA's program, which `npm run bench` builds when a case needs it. */
export function programOf(variable: string): string {
  const program = process.env[variable];
  if (!program) throw new Error(`${variable} is not set: start this with \`npm run bench -- sign\``);
  return program;
}
