import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readJson, writeFileAtomically } from './files.mjs';

/** @import { JsonWebKey, KeyObject } from 'node:crypto' */
/** @import { Secrets } from '../types.js' */

/** Database roles. The owner runs the migrations, which grant the others their rights. */
export const databaseRoles = [
  'reseal_owner',
  'reseal_gateway',
  'reseal_worker',
  'reseal_signer',
  'reseal_status',
  'reseal_ops',
  'reseal_customers',
  'reseal_sandbox',
  'reseal_temporal',
];

/** @param {number} bytes */
const randomKey = (bytes) => crypto.randomBytes(bytes).toString('base64');
const password = () => crypto.randomBytes(24).toString('base64url');
/**
 * RFC 7638: covers the public members that the key type requires, in lexicographic order.
 * @param {JsonWebKey} jwk
 */
function thumbprint({ crv, kty, x, y }) {
  const required = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return crypto.createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
/** @param {KeyObject} key */
const jwk = (key) => key.export({ format: 'jwk' });

/** A keyring of one symmetric key. More keys can be added later. */
function keyring() {
  const kid = crypto.randomUUID();
  return JSON.stringify({ current: kid, keys: { [kid]: randomKey(32) } });
}

function tokenKey() {
  const key = jwk(crypto.generateKeyPairSync('ed25519').privateKey);
  return JSON.stringify({ ...key, kid: thumbprint(key), alg: 'EdDSA', use: 'sig' });
}

function receiptKeys() {
  return JSON.stringify({ keys: [JSON.parse(tokenKey())] });
}

/** Keys of the audit log. A verifier compares `validFrom` with the time of a signature. */
function auditKeys() {
  return JSON.stringify({ keys: [{ ...JSON.parse(tokenKey()), validFrom: new Date().toISOString() }] });
}

function vaultKeys() {
  const key = jwk(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  return JSON.stringify({ keys: [{ ...key, kid: thumbprint(key), alg: 'ECDH-ES+A256KW', use: 'enc' }] });
}

/**
 * Creates the secrets that are missing, each in a file that only its owner can read. Existing secrets stay, so that data
 * that was sealed or encoded before a restart stays readable.
 * @param {string} folder
 * @returns {Secrets}
 */
export function provideSecrets(folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.chmodSync(folder, 0o700);
  /**
   * @param {string} name
   * @param {() => string} make
   */
  const provide = (name, make) => {
    const file = path.join(folder, name);
    if (!fs.existsSync(file)) writeFileAtomically(file, make(), { mode: 0o600 });
    return file;
  };
  /** @type {Record<string, string>} */
  const files = {
    codecKeys: provide('codec-keys.json', keyring),
    registryKeys: provide('registry-keys.json', keyring),
    tokenKey: provide('token-key.json', tokenKey),
    idKey: provide('id-key', () => randomKey(32)),
    pseudonymKey: provide('pseudonym-key', () => randomKey(32)),
    webhookKey: provide('webhook-key', () => randomKey(32)),
    vaultKeys: provide('vault-keys.json', vaultKeys),
    receiptKeys: provide('receipt-keys.json', receiptKeys),
    auditKeys: provide('audit-keys.json', auditKeys),
    caPassphrase: provide('ca-passphrase', password),
    caRootPassphrase: provide('ca-root-passphrase', password),
    ocspPassphrase: provide('ocsp-passphrase', password),
    kafkaPassword: provide('kafka-password', password),
    kafkaAdminPassword: provide('kafka-admin-password', password),
    providerToken: provide('provider-token', password),
    smtpPassword: provide('smtp-password', password),
    databasePasswords: path.join(folder, 'database-passwords.json'),
  };

  /**
   * Derives the public keys on every start, because a key may have been added to the private keys by hand.
   * @param {string} privateFile
   * @param {string} name
   */
  const publish = (privateFile, name) => {
    const { keys } = JSON.parse(fs.readFileSync(privateFile, 'utf8'));
    const publicKeys = keys.map((/** @type {JsonWebKey} */ { d: _private, ...publicPart }) => publicPart);
    const file = path.join(folder, name);
    writeFileAtomically(file, JSON.stringify({ keys: publicKeys }), { mode: 0o600 });
    return file;
  };
  files.vaultPublicKeys = publish(files.vaultKeys, 'vault-public-keys.json');
  files.auditPublicKeys = publish(files.auditKeys, 'audit-public-keys.json');
  files.receiptPublicKeys = publish(files.receiptKeys, 'receipt-public-keys.json');

  const known = readJson(files.databasePasswords) ?? {};
  const passwords = Object.fromEntries(
    ['postgres', ...databaseRoles].map((role) => [role, known[role] ?? password()]),
  );
  writeFileAtomically(files.databasePasswords, JSON.stringify(passwords, null, 2), { mode: 0o600 });

  const passwordFiles = Object.fromEntries(
    Object.entries(passwords).map(([role, value]) => {
      const file = path.join(folder, 'database', role);
      writeFileAtomically(file, value, { mode: 0o600 });
      return [role, file];
    }),
  );
  return { files, passwords, passwordFiles };
}
