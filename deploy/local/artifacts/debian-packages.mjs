import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runToLog } from '../lib/commands.mjs';
import { Refusal } from '../lib/errors.mjs';

const run = promisify(execFile);

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Settings } from '../types.js' */

/**
 * A command, or a file, that exists once a package is installed.
 * @typedef {string | {file: string}} Sign
 */

/** The font of Debian's package with Korean letters. Without it, screenshots show boxes. */
const notoCjk = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';
/**
 * Debian packages that the tests need, each with the sign that it is installed.
 * @type {Record<string, Sign>}
 */
const testPackages = {
  softhsm2: 'softhsm2-util', // a PKCS#11 token in software
  faketime: 'faketime', // runs a process with a wrong clock
  openssl: 'openssl', // checks certificates, CRLs and OCSP answers
};
/**
 * For the browser tests: a browser and a font with Korean letters.
 * @type {Record<string, Sign>}
 */
const browserTestPackages = {
  'chromium-headless-shell': 'chromium-headless-shell',
  'fonts-noto-cjk': { file: notoCjk },
};
/**
 * For a cluster: its load balancer.
 * @type {Record<string, Sign>}
 */
const clusterPackages = { haproxy: 'haproxy' };
/**
 * For node-gyp, which builds a native npm package.
 * @type {Record<string, Sign>}
 */
const nativeBuildPackages = { 'g++': 'g++', make: 'make', python3: 'python3' };

/**
 * For the Kubernetes API server: its store.
 * @type {Record<string, Sign>}
 */
const apiServerPackages = { 'etcd-server': 'etcd' };

/**
 * To build and run the image.
 * @type {Record<string, Sign>}
 */
const imagePackages = { buildah: 'buildah', podman: 'podman', runc: 'runc' };

/**
 * For namespaces of their own: an init, addresses and their translation.
 * @type {Record<string, Sign>}
 */
const namespacePackages = { catatonit: 'catatonit', iproute2: 'ip', iptables: 'iptables' };

/**
 * For deploy/compose, besides those of image and cluster: the network of containers, and their names.
 * @type {Record<string, Sign>}
 */
const composePackages = {
  netavark: { file: '/usr/lib/podman/netavark' },
  'aardvark-dns': { file: '/usr/lib/podman/aardvark-dns' },
};

/**
 * For a node of Kubernetes, besides those of chart and image: containers, their network, names.
 * @type {Record<string, Sign>}
 */
const nodePackages = {
  containerd: 'containerd',
  'containernetworking-plugins': { file: '/usr/lib/cni/bridge' },
  'dnsmasq-base': 'dnsmasq',
};

/**
 * Installs the Debian packages that a command needs and this machine lacks. This requires root and apt.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {{tests: boolean, native: boolean, admission?: boolean, image?: boolean, cluster?: boolean, compose?: boolean, kubernetes?: boolean}} needs
 *   whether the command runs tests, must build a native npm package, tries the chart's admission, tests the image, starts a cluster, runs
 *   deploy/compose, or starts a node of Kubernetes
 * @throws {Refusal} with the command to run, without root or apt
 */
export async function provideDebianPackages(
  { logs },
  report,
  { tests, native, admission, image, cluster, compose, kubernetes },
) {
  const wanted = {
    ...(tests && { ...testPackages, ...browserTestPackages }),
    ...(native && nativeBuildPackages),
    ...((admission || kubernetes) && apiServerPackages),
    ...((cluster || compose) && clusterPackages),
    ...((image || compose || kubernetes) && imagePackages),
    ...((compose || kubernetes) && namespacePackages),
    ...(compose && composePackages),
    ...(kubernetes && nodePackages),
  };
  const missing = Object.keys(wanted).filter((name) => !isThere(wanted[name]));
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0 || !isCommand('apt-get'))
    throw new Refusal(`Packages are missing (${missing.join(', ')}): sudo apt-get ${install.join(' ')}`);
  await report.step(`${missing.join(', ')} installed`, () => aptGet({ logs }, install, missing));
}

/**
 * Runs apt-get. On a fresh machine its lists are empty: it reads them first if it does not know one of the packages.
 * @param {Pick<Settings, 'logs'>} settings
 * @param {string[]} args
 * @param {string[]} packages
 * @param {string} [cwd]
 */
export async function aptGet({ logs }, args, packages, cwd) {
  const log = path.join(logs, 'debian-packages.log');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} of */
  const apt = (of) => runToLog('apt-get', of, { what: `apt-get ${of[0]}`, log, env, cwd });
  if (!(await areKnown(packages))) await apt(['update']);
  await apt(args);
}

/** @param {string[]} packages */
async function areKnown(packages) {
  const { stdout } = await run('apt-cache', ['policy', ...packages]);
  return (stdout.match(/^ {2}Candidate: [^(]/gm) ?? []).length === packages.length;
}

/** @param {Sign} sign */
const isThere = (sign) => (typeof sign === 'string' ? isCommand(sign) : fs.existsSync(sign.file));

/** @param {string} name */
export const isCommand = (name) => fileOf(name) !== undefined;

/**
 * The file of a command. A user's PATH does not contain the folders with administrators' tools.
 * @param {string} name
 */
export function fileOf(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}
