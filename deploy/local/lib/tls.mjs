import 'reflect-metadata';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { writeFileAtomically } from './files.mjs';
import { clusterAddresses } from './hosts.mjs';

/** @import { webcrypto } from 'node:crypto' */
/** @import { CertificateFiles, TlsFiles } from '../types.js' */

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const caDays = 365;
const leafDays = 90;
/** A certificate is made again at a start when less of its validity is left. */
const renewBeforeDays = 30;

/** Parts with a certificate as a server of this machine. */
const servers = /** @type {const} */ (['postgres', 'temporal', 'kafka', 'sandbox']);
/** Parts with a certificate as a client. */
const clients = /** @type {const} */ ([
  'gateway',
  'worker',
  'signer',
  'ops',
  'status',
  'sandbox',
  'ca',
  'setup',
  'customers',
  'temporal',
  'temporal-ui',
  'launcher',
]);

/**
 * The files of a stack, which may not exist yet.
 * @param {string} folder
 * @returns {TlsFiles}
 */
export const tlsFilesIn = (folder) => ({
  ca: filesIn(folder, 'ca').certificate,
  servers: /** @type {TlsFiles['servers']} */ (filesOfAll(path.join(folder, 'servers'), servers)),
  clients: /** @type {TlsFiles['clients']} */ (filesOfAll(path.join(folder, 'clients'), clients)),
});

/**
 * @param {string} folder
 * @param {readonly string[]} names
 */
const filesOfAll = (folder, names) => Object.fromEntries(names.map((name) => [name, filesIn(folder, name)]));

/**
 * Provides a throw-away CA, and certificates of the servers and clients of a stack. Files that are usable stay as they are;
 * others are made again, and all of them with a new CA.
 * @param {string} folder
 * @returns {Promise<TlsFiles>}
 */
export async function provideTls(folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const authority = await provideAuthority(folder);
  const files = tlsFilesIn(folder);
  const wanted = [...Object.entries(files.servers), ...Object.entries(files.clients)];
  for (const [name, each] of wanted)
    if (!isUsable(each, authority.certificate)) await issueTo(each, name, authority, leafDays);
  return files;
}

/**
 * Issues a new certificate of a client, as a renewal does.
 * @param {string} folder
 * @param {string} name
 * @param {number} days may be negative, for a certificate that has expired
 */
export async function renewClient(folder, name, days = leafDays) {
  await issueTo(filesIn(path.join(folder, 'clients'), name), name, await provideAuthority(folder), days);
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {CertificateFiles}
 */
const filesIn = (folder, name) => ({
  certificate: path.join(folder, `${name}.pem`),
  key: path.join(folder, `${name}.key`),
});

/** @typedef {{files: CertificateFiles, certificate: crypto.X509Certificate, signing: webcrypto.CryptoKey}} Authority */

/**
 * @param {string} folder
 * @returns {Promise<Authority>}
 */
async function provideAuthority(folder) {
  const files = filesIn(folder, 'ca');
  if (!isUsable(files)) await createAuthority(files);
  const pkcs8 = crypto.createPrivateKey(fs.readFileSync(files.key)).export({ format: 'der', type: 'pkcs8' });
  return {
    files,
    certificate: new crypto.X509Certificate(fs.readFileSync(files.certificate)),
    signing: await crypto.webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, [
      'sign',
    ]),
  };
}

/**
 * Whether a certificate and its key can still be used, the certificate by the given CA or by itself.
 * @param {CertificateFiles} files
 * @param {crypto.X509Certificate} [issuer]
 */
function isUsable(files, issuer) {
  try {
    const certificate = new crypto.X509Certificate(fs.readFileSync(files.certificate));
    const key = crypto.createPrivateKey(fs.readFileSync(files.key));
    const until = Date.parse(certificate.validTo) - renewBeforeDays * dayMs;
    const { publicKey } = issuer ?? certificate;
    return until > Date.now() && certificate.checkPrivateKey(key) && certificate.verify(publicKey);
  } catch {
    return false; // missing or malformed
  }
}

/** @param {CertificateFiles} files */
async function createAuthority(files) {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Each CA has its own name: OpenSSL would otherwise take one for the other.
    name: `CN=Reseal local CA ${crypto.randomUUID()}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(caDays),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await write(files, certificate, keys);
}

/**
 * @param {CertificateFiles} files
 * @param {string} name
 * @param {Authority} authority
 * @param {number} days
 */
async function issueTo(files, name, { certificate: issuer, signing }, days) {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: new x509.X509Certificate(issuer.raw).subject,
    publicKey: keys.publicKey,
    signingKey: signing,
    signingAlgorithm: algorithm,
    ...validity(days),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        ...['127.0.0.1', ...clusterAddresses].map((value) => ({ type: /** @type {const} */ ('ip'), value })),
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  await write(files, certificate, keys);
}

/**
 * From an hour ago, so that clocks may differ; a certificate that has expired, from the day before its end.
 * @param {number} days
 */
const validity = (days) => ({
  notBefore: new Date(Date.now() + Math.min(0, days - 1) * dayMs - 3_600_000),
  notAfter: new Date(Date.now() + days * dayMs),
});

const newKeys = () => crypto.webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/**
 * Writes the key first: a process that reads both in between keeps its former pair.
 * @param {CertificateFiles} files
 * @param {x509.X509Certificate} certificate
 * @param {webcrypto.CryptoKeyPair} keys
 */
async function write(files, certificate, keys) {
  const pkcs8 = Buffer.from(await crypto.webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = crypto.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  writeFileAtomically(files.key, key.export({ format: 'pem', type: 'pkcs8' }).toString(), { mode: 0o600 });
  writeFileAtomically(files.certificate, `${certificate.toString('pem')}\n`);
}
