// The local launcher imports this file as it is: its types can be stripped, and it imports Node's own modules only.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

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

const randomKey = (bytes: number) => crypto.randomBytes(bytes).toString('base64');
/** A new password of 192 bits. */
export const newPassword = (): string => crypto.randomBytes(24).toString('base64url');

/** RFC 7638: covers the public members that the key type requires, in lexicographic order. */
function thumbprint({ crv, kty, x, y }: crypto.JsonWebKey): string {
  const required = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return crypto.createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}

/** A keyring of one symmetric key. More keys can be added later. */
function keyring(): string {
  const kid = crypto.randomUUID();
  return JSON.stringify({ current: kid, keys: { [kid]: randomKey(32) } });
}

function signingKey(): Record<string, unknown> {
  const key = crypto.generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { ...key, kid: thumbprint(key), alg: 'EdDSA', use: 'sig' };
}

function vaultKey(): Record<string, unknown> {
  const key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return { ...key, kid: thumbprint(key), alg: 'ECDH-ES+A256KW', use: 'enc' };
}

const keySet = (key: Record<string, unknown>) => JSON.stringify({ keys: [key] });

/** How the content of each file is made. A verifier compares `validFrom` with the time of a signature. */
const makers: Readonly<Record<string, () => string>> = {
  'codec-keys.json': keyring,
  'registry-keys.json': keyring,
  'token-key.json': () => JSON.stringify(signingKey()),
  'id-key': () => randomKey(32),
  'pseudonym-key': () => randomKey(32),
  'webhook-key': () => randomKey(32),
  'vault-keys.json': () => keySet(vaultKey()),
  'receipt-keys.json': () => keySet(signingKey()),
  'audit-keys.json': () => keySet({ ...signingKey(), validFrom: new Date().toISOString() }),
  'ca-passphrase': newPassword,
  'ca-root-passphrase': newPassword,
  'ocsp-passphrase': newPassword,
  ...Object.fromEntries(databaseRoles.map((role) => [passwordFile(role), newPassword])),
};

/** Public parts of key sets, for the apps that must not have the private ones. */
const publicParts: Readonly<Record<string, string>> = {
  'vault-public-keys.json': 'vault-keys.json',
  'audit-public-keys.json': 'audit-keys.json',
  'receipt-public-keys.json': 'receipt-keys.json',
};

/** The file with the password of a database role. */
export function passwordFile(role: string): string {
  return `database/${role}`;
}

/** What an app proves its identity with, and the keys that it uses. */
interface AppKeys {
  /** Its role in PostgreSQL. */
  readonly role: string;
  /** The file of each setting. */
  readonly keys: Readonly<Record<string, string>>;
}

/** The keys of each app: an app has only its own. `customers`, `ca` and `setup` are the commands of these names. */
export const keysOfApps = {
  gateway: {
    role: 'reseal_gateway',
    keys: {
      RESEAL_CODEC_KEYS: 'codec-keys.json',
      RESEAL_TOKEN_KEY: 'token-key.json',
      RESEAL_ID_KEY: 'id-key',
      RESEAL_VAULT_PUBLIC_KEYS: 'vault-public-keys.json',
      RESEAL_RECEIPT_PUBLIC_KEYS: 'receipt-public-keys.json',
    },
  },
  worker: {
    role: 'reseal_worker',
    keys: {
      RESEAL_CODEC_KEYS: 'codec-keys.json',
      RESEAL_VAULT_KEYS: 'vault-keys.json',
      RESEAL_REGISTRY_KEYS: 'registry-keys.json',
      RESEAL_PSEUDONYM_KEY: 'pseudonym-key',
      RESEAL_WEBHOOK_KEY: 'webhook-key',
      RESEAL_RECEIPT_KEYS: 'receipt-keys.json',
      RESEAL_AUDIT_KEYS: 'audit-keys.json',
    },
  },
  signer: {
    role: 'reseal_signer',
    keys: { RESEAL_CODEC_KEYS: 'codec-keys.json', RESEAL_CA_PASSPHRASE: 'ca-passphrase' },
  },
  ops: {
    role: 'reseal_ops',
    keys: {
      RESEAL_CODEC_KEYS: 'codec-keys.json',
      RESEAL_AUDIT_PUBLIC_KEYS: 'audit-public-keys.json',
      RESEAL_WEBHOOK_KEY: 'webhook-key',
      RESEAL_RECEIPT_PUBLIC_KEYS: 'receipt-public-keys.json',
    },
  },
  status: { role: 'reseal_status', keys: { RESEAL_OCSP_PASSPHRASE: 'ocsp-passphrase' } },
  customers: { role: 'reseal_customers', keys: { RESEAL_REGISTRY_KEYS: 'registry-keys.json' } },
  ca: {
    role: 'reseal_signer',
    keys: {
      RESEAL_CA_PASSPHRASE: 'ca-passphrase',
      RESEAL_CA_ROOT_PASSPHRASE: 'ca-root-passphrase',
      RESEAL_OCSP_PASSPHRASE: 'ocsp-passphrase',
    },
  },
  setup: { role: 'reseal_owner', keys: { RESEAL_CODEC_KEYS: 'codec-keys.json' } },
  sandbox: {
    role: 'reseal_sandbox',
    keys: { RESEAL_CODEC_KEYS: 'codec-keys.json', RESEAL_REGISTRY_KEYS: 'registry-keys.json' },
  },
} as const satisfies Record<string, AppKeys>;

/** A file to write into the folder of secrets. */
interface KeyStep {
  readonly file: string;
  run(): void;
}

/**
 * The files that the folder lacks. Existing files stay, so that data that was sealed or encoded before stays readable, and a
 * rotation may add and remove public keys. A public part is made after the private keys.
 */
export function planKeys(folder: string): KeyStep[] {
  const publicMakers = Object.entries(publicParts).map(
    ([file, source]) => [file, () => publicPart(folder, source)] as const,
  );
  return [...Object.entries(makers), ...publicMakers]
    .filter(([file]) => !fs.existsSync(path.join(folder, file)))
    .map(([file, make]) => ({ file, run: () => writeSecret(folder, file, make()) }));
}

function publicPart(folder: string, source: string): string {
  const { keys } = JSON.parse(fs.readFileSync(path.join(folder, source), 'utf8')) as {
    keys: crypto.JsonWebKey[];
  };
  return JSON.stringify({ keys: keys.map(({ d: _private, ...members }) => members) });
}

/** The password of a database role, if the folder has it. */
export function readPassword(folder: string, role: string): string | undefined {
  const file = path.join(folder, passwordFile(role));
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : undefined;
}

/** Writes a whole file that only its owner can read, or nothing: a process that is killed leaves no half key. */
export function writeSecret(folder: string, file: string, content: string): void {
  const target = path.join(folder, file);
  fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}.draft`;
  fs.writeFileSync(draft, content, { mode: 0o600 });
  fs.renameSync(draft, target);
}
