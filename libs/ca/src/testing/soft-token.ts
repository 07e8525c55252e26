import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PKCS#11 token in software, in a temporary folder. */
export interface SoftToken {
  readonly address: { readonly module: string; readonly label: string; readonly pin: string };
  /** SoftHSM's folder of tokens. Moving it away has the effect of unplugging the token. */
  readonly folder: string;
  drop(): void;
}

/** Paths of the library in Debian's package, on all architectures. */
const softHsmModule = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/softhsm/libsofthsm2.so'].find((path) =>
  existsSync(path),
);

/** Makes a token. SoftHSM finds it by an environment variable of this process and its children. */
export function createSoftToken(label = 'reseal-spec', pin = '5472'): SoftToken {
  if (!softHsmModule)
    throw new Error('SoftHSM is missing: npm test installs it, or apt-get install softhsm2');
  const home = mkdtempSync(join(tmpdir(), 'reseal-softhsm-'));
  const folder = join(home, 'tokens');
  mkdirSync(folder);
  const configuration = join(home, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${folder}\nlog.level = ERROR\n`);
  process.env.SOFTHSM2_CONF = configuration;
  const args = ['--init-token', '--free', '--label', label, '--so-pin', '0000', '--pin', pin];
  // Jest's process.env is a copy, so it must be passed to children explicitly.
  execFileSync('softhsm2-util', args, { env: process.env, stdio: 'pipe' });
  return {
    address: { module: softHsmModule, label, pin },
    folder,
    drop: () => rmSync(home, { recursive: true }),
  };
}

/** Ids of our processes that use a token. */
export function tokenProcesses(): number[] {
  const tasks = readdirSync('/proc/self/task');
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.filter(isTokenProcess).map(Number);
}

function isTokenProcess(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('pkcs11-session');
  } catch {
    return false; // the process has ended
  }
}
