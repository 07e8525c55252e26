import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * The Debian packages of the base, which has no shell and no package manager. They are those of Google's distroless images:
 * what Node and the native packages are linked with, names of ports, time zones and CA certificates.
 */
const debianPackages = [
  'base-files',
  'ca-certificates',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'netbase',
  'tzdata',
];

/** The user of all processes, as in distroless images. */
export const user = 65_532;

/** Where distroless images have Node. */
export const nodePath = '/nodejs/bin/node';

/**
 * Makes the root file system of the image but for the apps, from Debian's packages and this Node.
 * @param {string} root an empty folder
 * @returns {{name: string, version: string, architecture: string}[]} the Debian packages in it
 */
export function makeBase(root) {
  const downloads = fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-debs-'));
  try {
    execFileSync('apt-get', ['download', '-q', ...debianPackages], {
      cwd: downloads,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const packages = fs.readdirSync(downloads).map((name) => unpack(path.join(downloads, name), root));
    addUsers(root);
    addCertificates(root);
    for (const folder of ['usr/share/doc', 'usr/share/man', 'usr/share/lintian', 'usr/sbin', 'usr/share/bug'])
      fs.rmSync(path.join(root, folder), { recursive: true, force: true });
    const node = path.join(root, nodePath);
    fs.mkdirSync(path.dirname(node), { recursive: true });
    fs.copyFileSync(process.execPath, node);
    return packages;
  } finally {
    fs.rmSync(downloads, { recursive: true });
  }
}

/**
 * @param {string} file of a Debian package
 * @param {string} root
 */
function unpack(file, root) {
  execFileSync('dpkg-deb', ['--extract', file, root]);
  const field = (/** @type {string} */ name) =>
    execFileSync('dpkg-deb', ['--field', file, name], { encoding: 'utf8' }).trim();
  return { name: field('Package'), version: field('Version'), architecture: field('Architecture') };
}

/** @param {string} root */
function addUsers(root) {
  const etc = path.join(root, 'etc');
  fs.writeFileSync(
    path.join(etc, 'passwd'),
    `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${user}:${user}:nonroot:/home/nonroot:/sbin/nologin\n`,
  );
  fs.writeFileSync(path.join(etc, 'group'), `root:x:0:\nnonroot:x:${user}:\n`);
  fs.writeFileSync(path.join(etc, 'nsswitch.conf'), 'hosts: files dns\n');
  const home = path.join(root, 'home/nonroot');
  fs.mkdirSync(home, { recursive: true });
  fs.chownSync(home, user, user);
}

/**
 * Debian's script for this is not run, because the base has no shell.
 * @param {string} root
 */
function addCertificates(root) {
  const folder = path.join(root, 'usr/share/ca-certificates/mozilla');
  const bundle = fs
    .readdirSync(folder)
    .sort()
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  fs.writeFileSync(path.join(root, 'etc/ssl/certs/ca-certificates.crt'), bundle.join(''));
}
