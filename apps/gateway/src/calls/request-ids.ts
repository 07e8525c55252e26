import { createHash, createHmac } from 'node:crypto';
import { vaultHandle } from '#libs/vault';
import { canonicalJson } from './canonical-json.js';

const idLength = 32;
const separator = '\0';

/**
 * The ids of calls, all derived, so that a repeated call has the ids it had the first time, whichever process
 * takes it.
 */
export class RequestIds {
  /** @param key 32 bytes; without it nobody can foresee or recognise an id */
  constructor(private readonly key: Buffer) {}

  /** The reissue that this front end starts with this Idempotency-Key. */
  reissueId(apiKeyName: string, idempotencyKey: string): string {
    return `ri_${this.hmac([apiKeyName, idempotencyKey].join(separator)).slice(0, idLength)}`;
  }

  /** The VID check that this front end makes with this Idempotency-Key. */
  vidCheckId(apiKeyName: string, idempotencyKey: string): string {
    return `vc_${this.hmac(['vid-check', apiKeyName, idempotencyKey].join(separator)).slice(0, idLength)}`;
  }

  /** The photo that a call brings in. */
  photoId(reissueId: string, updateId: string): string {
    return `ph_${this.hmac(['photo', reissueId, updateId].join(separator)).slice(0, idLength)}`;
  }

  /** The step that a call takes, by its route and Idempotency-Key; unique within a reissue. */
  updateId(route: string, idempotencyKey: string): string {
    return createHash('sha256')
      .update([route, idempotencyKey].join(separator))
      .digest('hex')
      .slice(0, idLength);
  }

  /** Recognises a request by its body. Keyed, because a body has personal data whose digest could be guessed. */
  requestHmac(body: unknown): string {
    return this.hmac(canonicalJson(body));
  }

  /** The name under which a sealed value of a step lies in the vault. */
  vaultHandle(reissueId: string, updateId: string, field: string): string {
    return vaultHandle(this.key, reissueId, updateId, field);
  }

  /** Stands for a device. Keyed, so that nobody can look for one whose id they know. */
  device(deviceId: string): string {
    return this.hmac(['device', deviceId].join(separator)).slice(0, idLength);
  }

  /** The name of a rate limit; of what is counted it holds a keyed digest only. */
  limitKey(kind: string, by: string, ...counted: readonly string[]): string {
    const digest = this.hmac(['limit', kind, by, ...counted].join(separator)).slice(0, idLength);
    return `gateway/${kind}/${by}/${digest}`;
  }

  private hmac(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }
}
