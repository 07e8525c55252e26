import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runToLog } from '../lib/commands.mjs';
import { Refusal } from '../lib/refusal.mjs';

const run = promisify(execFile);

/** Where Debian's package of Korean letters keeps them: without it a screenshot shows boxes. */
const notoCjk = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';
/**
 * What the tests need of the operating system: the package, and the command (or file) by which it is known to be there.
 */
const testPackages = {
  softhsm2: 'softhsm2-util', // a PKCS#11 token in software
  faketime: 'faketime', // a process whose clock is wrong
  openssl: 'openssl', // a second opinion on certificates, CRLs and OCSP
};
/** What the tests of the console need: a real browser, and letters for Korean. */
const browserTestPackages = { chromium: 'chromium', 'fonts-noto-cjk': { file: notoCjk } };
/** What builds a native npm package (node-gyp). */
const nativeBuildPackages = { 'g++': 'g++', make: 'make', python3: 'python3' };

/**
 * Installs what the tests need and this machine lacks: on Debian as root, otherwise it says what to do.
 * @param {{native: boolean}} needs whether a native npm package is to be built
 * @throws {Refusal} naming the one command to run
 */
export async function provideDebianPackages({ logs }, report, { native }) {
  const wanted = { ...testPackages, ...browserTestPackages, ...(native ? nativeBuildPackages : {}) };
  const missing = Object.keys(wanted).filter((name) => !isThere(wanted[name]));
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0 || !isCommand('apt-get'))
    throw new Refusal(`The tests need ${missing.join(', ')}: sudo apt-get ${install.join(' ')}`);
  const log = path.join(logs, 'debian-packages.log');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (args) => runToLog('apt-get', args, { what: `apt-get ${args[0]}`, log, env });
  await report.step(`${missing.join(', ')} installed`, async () => {
    if (!(await areKnown(missing))) await aptGet(['update']);
    await aptGet(install);
  });
}

/** Whether apt has a candidate for each: on a fresh machine its lists are empty. */
async function areKnown(packages) {
  const { stdout } = await run('apt-cache', ['policy', ...packages]);
  return (stdout.match(/^ {2}Candidate: [^(]/gm) ?? []).length === packages.length;
}

const isThere = (sign) => (typeof sign === 'string' ? isCommand(sign) : fs.existsSync(sign.file));

function isCommand(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  // A user's PATH lacks where Debian keeps tools for administrators.
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => fs.existsSync(path.join(folder, name)));
}
