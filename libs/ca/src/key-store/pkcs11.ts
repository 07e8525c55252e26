import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { bufferDer as der } from '../der.js';
import { algorithmOf, hashOf, KeyStoreError, KeyStoreUnavailable, type KeyStore } from '../key-store.js';
import { BoundedQueue, QueueRejected } from './bounded-queue.js';
import { Pkcs11Client, SessionLost, TokenRequestFailed } from './pkcs11-client.js';
import type { FoundKey, SessionFailure, SessionRequest, TokenAddress } from './pkcs11-session.js';

/** A PKCS#11 token that holds CA keys. */
export interface Token {
  /**
   * @throws {KeyStoreError} if the token has no such key, or the key can be exported
   * @throws {KeyStoreUnavailable} if the token is not available
   */
  openKey(label: string): Promise<KeyStore>;
  /** Makes a P-256 key that never leaves the token, or finds the existing key with this label. */
  createKey(label: string): Promise<KeyStore>;
  /** Ends the session. Later requests are refused. */
  close(): Promise<void>;
}

export interface TokenOptions extends TokenAddress {
  /** Timeout of one signature, and longest waiting time for it in the queue, in milliseconds. */
  readonly timeoutMs: number;
  /** Number of signatures that may wait. */
  readonly queueLimit: number;
}

/** Failures for which a retry is useless. A rejected PIN is not tried again by this process: that would lock the token. */
const permanent: Partial<Record<SessionFailure, string>> = {
  NOT_BUILT: 'the optional package pkcs11js is not installed or not built (npm ci, with a C++ compiler)',
  NO_LIBRARY: 'the PKCS#11 library cannot be loaded',
  NO_KEY: 'it has no such key',
  SEVERAL_KEYS: 'it has several keys with this label',
  PIN_LAST_TRY: 'one more wrong PIN would lock it: log in once by hand',
  CKR_PIN_INCORRECT: 'it rejects the PIN, which is not tried again',
  CKR_PIN_INVALID: 'it rejects the PIN, which is not tried again',
  CKR_PIN_LEN_RANGE: 'it rejects the PIN, which is not tried again',
  CKR_PIN_EXPIRED: 'its PIN has expired',
  CKR_PIN_LOCKED: 'its PIN is locked',
};

/**
 * Keys in a PKCS#11 token. The session is opened with the first key. If it is lost, a new one is opened and the request
 * is sent once more; signing twice is harmless, because only one signature is used.
 */
export function openToken(options: TokenOptions): Token {
  const { label: token, timeoutMs, queueLimit } = options;
  const client = new Pkcs11Client(options, timeoutMs);
  const queue = new BoundedQueue(queueLimit, timeoutMs);
  let refused: KeyStoreError | KeyStoreUnavailable | undefined;

  async function tryOnce(request: SessionRequest): Promise<unknown> {
    if (refused) throw refused;
    try {
      return await client.request(request);
    } catch (error) {
      client.reset();
      const reason = error instanceof TokenRequestFailed && permanent[error.failure];
      if (!reason) throw error;
      const failure = new KeyStoreError(`PKCS#11 token "${token}": ${reason}`);
      // A missing key does not affect the other keys.
      if (!['NO_KEY', 'SEVERAL_KEYS'].includes(error.failure)) refused = failure;
      throw failure;
    }
  }

  async function tryTwice(request: SessionRequest): Promise<unknown> {
    try {
      return await tryOnce(request);
    } catch (error) {
      // A retry on a slow token would double the waiting time of all requests behind this one.
      if (error instanceof KeyStoreError || (error instanceof SessionLost && error.timedOut)) throw error;
      return tryOnce(request);
    }
  }

  const ask = async (request: SessionRequest): Promise<unknown> => {
    try {
      return await queue.run(() => tryTwice(request));
    } catch (error) {
      if (!(
        error instanceof TokenRequestFailed ||
        error instanceof SessionLost ||
        error instanceof QueueRejected
      ))
        throw error;
      const reason = error.message === 'NO_TOKEN' ? 'it is not present' : error.message;
      throw new KeyStoreUnavailable(`PKCS#11 token "${token}": ${reason}`, { cause: error });
    }
  };

  async function store(request: 'find' | 'provide', key: string): Promise<KeyStore> {
    const found = (await ask({ do: request, key })) as FoundKey;
    const location = `PKCS#11 token "${token}", key ${key}`;
    if (found.removable) throw new KeyStoreError(`${location}: the key can be exported from the token`);
    const publicKey = publicKeyOf(found);
    const algorithm = publicKey && algorithmOf(publicKey);
    if (!algorithm) throw new KeyStoreError(`${location}: CAs do not use keys of this type`);
    const hash = hashOf(algorithm);
    return {
      async sign(bytes) {
        const digest = createHash(hash).update(bytes).digest();
        return derSignature(Buffer.from((await ask({ do: 'sign', key, digest })) as Uint8Array));
      },
      publicKey: () => publicKey,
      info: () => ({ kind: 'pkcs11', location, algorithm }),
    };
  }

  return {
    openKey: (label) => store('find', label),
    createKey: (label) => store('provide', label),
    async close() {
      refused ??= new KeyStoreUnavailable(`PKCS#11 token "${token}": its session was closed`);
      client.reset();
    },
  };
}

const curves: Record<string, { crv: string; bytes: number }> = {
  '06082a8648ce3d030107': { crv: 'P-256', bytes: 32 },
  '06052b81040022': { crv: 'P-384', bytes: 48 },
};

/** The point is uncompressed (SEC 1 section 2.3.3), in an OCTET STRING that some tokens omit. */
function publicKeyOf({ ecParams, ecPoint }: FoundKey): KeyObject | undefined {
  const curve = curves[Buffer.from(ecParams).toString('hex')];
  if (!curve) return undefined;
  const point = Buffer.from(ecPoint).subarray(-2 * curve.bytes);
  const coordinate = (at: number) => point.subarray(at, at + curve.bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: curve.crv, x: coordinate(0), y: coordinate(curve.bytes) };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

/** Converts the concatenated r and s of PKCS#11 to Ecdsa-Sig-Value (RFC 3279 section 2.2.3). */
function derSignature(raw: Buffer): Buffer {
  const half = raw.length / 2;
  return der.sequence(der.unsignedInteger(raw.subarray(0, half)), der.unsignedInteger(raw.subarray(half)));
}
