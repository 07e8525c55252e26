import { generateKeyPairSync, randomBytes, randomUUID, type JsonWebKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { environmentOf } from './app-environment.js';

interface Keyring {
  readonly current: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** A key of the stack as the file that an app's setting names. */
class KeyFile<Content> {
  private readonly path: string;

  constructor(app: string, setting: string) {
    this.path = environmentOf(app)[`${setting}_FILE`]!;
  }

  read = (): Content => JSON.parse(readFileSync(this.path, 'utf8')) as Content;
  write = (content: Content): void => writeFileSync(this.path, JSON.stringify(content));
}

/**
 * Rotates every key of the running stack that has a rotation without a command, as docs/keys.md describes: first all
 * processes know the next keys, then they use them. The processes must be restarted after each.
 */
export class RotatingKeys {
  private readonly keyrings = {
    codec: new KeyFile<Keyring>('worker', 'RESEAL_CODEC_KEYS'),
    registry: new KeyFile<Keyring>('worker', 'RESEAL_REGISTRY_KEYS'),
  };
  private readonly pairs = {
    vault: privateAndPublic('RESEAL_VAULT_KEYS', 'gateway', 'RESEAL_VAULT_PUBLIC_KEYS'),
    receipts: privateAndPublic('RESEAL_RECEIPT_KEYS', 'gateway', 'RESEAL_RECEIPT_PUBLIC_KEYS'),
    audit: privateAndPublic('RESEAL_AUDIT_KEYS', 'ops', 'RESEAL_AUDIT_PUBLIC_KEYS'),
  };
  private readonly tokenFile = new KeyFile<JWK>('gateway', 'RESEAL_TOKEN_KEY');

  private constructor(private readonly next: Record<'vault' | 'receipts' | 'audit' | 'token', JWK>) {}

  static async make(): Promise<RotatingKeys> {
    const validFrom = new Date().toISOString();
    return new RotatingKeys({
      vault: await newKey('P-256', { alg: 'ECDH-ES+A256KW', use: 'enc' }),
      receipts: await newKey('Ed25519', { alg: 'EdDSA', use: 'sig' }),
      audit: await newKey('Ed25519', { alg: 'EdDSA', use: 'sig', validFrom }),
      token: await newKey('Ed25519', { alg: 'EdDSA', use: 'sig' }),
    });
  }

  /** The ids of the next keys. */
  get ids() {
    const { vault, receipts, audit, token } = this.next;
    const current = { codec: this.keyrings.codec.read().current };
    return { ...current, vault: vault.kid, receipts: receipts.kid, audit: audit.kid, token: token.kid };
  }

  /** Adds the next keys to what processes open and verify with. @returns settings of the gateway that are not files */
  publish(): Record<string, string> {
    for (const file of Object.values(this.keyrings)) {
      const { current, keys } = file.read();
      file.write({ current, keys: { ...keys, [randomUUID()]: randomBytes(32).toString('base64') } });
    }
    const { vault, receipts, audit } = this.pairs;
    vault.secret.write({ keys: [...vault.secret.read().keys, this.next.vault] });
    receipts.open.write({ keys: [...receipts.open.read().keys, publicPart(this.next.receipts)] });
    audit.open.write({ keys: [...audit.open.read().keys, publicPart(this.next.audit)] });
    return { RESEAL_TOKEN_PUBLIC_KEYS: JSON.stringify({ keys: [publicPart(this.next.token)] }) };
  }

  /** Makes the next keys the ones that seal, sign and encrypt. @returns settings of the gateway that are not files */
  use(): Record<string, string> {
    for (const file of Object.values(this.keyrings)) {
      const { keys } = file.read();
      file.write({ current: Object.keys(keys).at(-1)!, keys });
    }
    const { vault, receipts, audit } = this.pairs;
    vault.open.write({ keys: [publicPart(this.next.vault), ...vault.open.read().keys] });
    for (const [{ secret }, next] of [
      [receipts, this.next.receipts],
      [audit, this.next.audit],
    ] as const)
      secret.write({ keys: [next, ...secret.read().keys] });
    const former = this.tokenFile.read();
    this.tokenFile.write(this.next.token);
    return { RESEAL_TOKEN_PUBLIC_KEYS: JSON.stringify({ keys: [publicPart(former)] }) };
  }
}

/** The private keys are the worker's. */
const privateAndPublic = (setting: string, app: string, publicSetting: string) => ({
  secret: new KeyFile<{ keys: JWK[] }>('worker', setting),
  open: new KeyFile<{ keys: JWK[] }>(app, publicSetting),
});

async function newKey(namedCurve: 'P-256' | 'Ed25519', members: object): Promise<JWK> {
  const { privateKey } =
    namedCurve === 'P-256' ? generateKeyPairSync('ec', { namedCurve }) : generateKeyPairSync('ed25519');
  const jwk: JsonWebKey = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), ...members };
}

const publicPart = ({ d: _private, ...rest }: JWK): JWK => rest;
