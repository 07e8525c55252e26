import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { vaultHandle } from '#libs/vault';
import { sortedJson } from './sorted-json.js';

const idLength = 32;
const separator = '\0';

/** Derives the ids of calls from the calls, so that a repeated call has the same ids in every process. */
export class RequestIds {
  // Made once: with a buffer as key, an HMAC costs several times as much.
  private readonly key: KeyObject;

  /** @param key 32 bytes; without it an id can neither be predicted nor recognised */
  constructor(key: Buffer) {
    this.key = createSecretKey(key);
  }

  /** The reissue that this front end starts with this Idempotency-Key. */
  reissueId(apiKeyName: string, idempotencyKey: string): string {
    return `ri_${this.hmac([apiKeyName, idempotencyKey].join(separator)).slice(0, idLength)}`;
  }

  /** The VID check that this front end makes with this Idempotency-Key. */
  vidCheckId(apiKeyName: string, idempotencyKey: string): string {
    return `vc_${this.hmac(['vid-check', apiKeyName, idempotencyKey].join(separator)).slice(0, idLength)}`;
  }

  /** The transfer of a certificate that a device opens or joins with this Idempotency-Key. Each device knows its own id only. */
  transferId(apiKeyName: string, idempotencyKey: string): string {
    return `tr_${this.hmac(['transfer', apiKeyName, idempotencyKey].join(separator)).slice(0, idLength)}`;
  }

  /** The photo that a call uploads. */
  photoId(reissueId: string, updateId: string): string {
    return `ph_${this.hmac(['photo', reissueId, updateId].join(separator)).slice(0, idLength)}`;
  }

  /** The step of a call, by its route and Idempotency-Key; unique within a reissue. */
  updateId(route: string, idempotencyKey: string): string {
    return createHash('sha256')
      .update([route, idempotencyKey].join(separator))
      .digest('hex')
      .slice(0, idLength);
  }

  /** The keyed digest of a request body. Keyed, because the personal data in a body could be guessed from a plain digest. */
  requestHmac(body: unknown): string {
    return this.hmac(sortedJson(body));
  }

  /** The handle of a sealed value of a step in the vault. */
  vaultHandle(reissueId: string, updateId: string, field: string): string {
    return vaultHandle(this.key, reissueId, updateId, field);
  }

  /** The keyed digest of a device id, so that a known device id cannot be searched for. */
  device(deviceId: string): string {
    return this.hmac(['device', deviceId].join(separator)).slice(0, idLength);
  }

  /** The key of a rate limit. It contains a keyed digest of the counted values. */
  limitKey(kind: string, by: string, ...counted: readonly string[]): string {
    const digest = this.hmac(['limit', kind, by, ...counted].join(separator)).slice(0, idLength);
    return `gateway/${kind}/${by}/${digest}`;
  }

  private hmac(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }
}
