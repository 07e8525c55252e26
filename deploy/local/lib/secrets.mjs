import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readJson, writeFileAtomically } from './files.mjs';

/** Database roles: the owner migrates, the others have what migrations grant them. */
export const databaseRoles = [
  'reseal_owner',
  'reseal_gateway',
  'reseal_worker',
  'reseal_signer',
  'reseal_status',
  'reseal_ops',
  'reseal_sandbox',
  'reseal_temporal',
];

const randomKey = (bytes) => crypto.randomBytes(bytes).toString('base64');
const password = () => crypto.randomBytes(24).toString('base64url');
/** RFC 7638: the thumbprint covers the public members the key type requires, in lexicographic order. */
function thumbprint({ crv, kty, x, y }) {
  const required = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return crypto.createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
const jwk = (key) => key.export({ format: 'jwk' });

/** One symmetric key under an id of its own, to which others can be added later. */
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

/** The audit's keys say since when they are in use: what was signed by one is judged by that. */
function auditKeys() {
  return JSON.stringify({ keys: [{ ...JSON.parse(tokenKey()), validFrom: new Date().toISOString() }] });
}

function vaultKeys() {
  const key = jwk(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  return JSON.stringify({ keys: [{ ...key, kid: thumbprint(key), alg: 'ECDH-ES+A256KW', use: 'enc' }] });
}

/**
 * Makes the secrets that are not there yet, each in a file only its owner can read, and returns where they are.
 * Existing ones are kept: what was sealed, tokenised or encoded before a restart stays readable after it.
 * @param {string} folder
 */
export function provideSecrets(folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.chmodSync(folder, 0o700);
  const provide = (name, make) => {
    const file = path.join(folder, name);
    if (!fs.existsSync(file)) writeFileAtomically(file, make(), { mode: 0o600 });
    return file;
  };
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
    databasePasswords: path.join(folder, 'database-passwords.json'),
  };

  // Always derived, so that keys added to the private set by hand are published too.
  const publish = (privateFile, name) => {
    const { keys } = JSON.parse(fs.readFileSync(privateFile, 'utf8'));
    const publicKeys = keys.map(({ d: _private, ...publicPart }) => publicPart);
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

  return { files, passwords };
}
