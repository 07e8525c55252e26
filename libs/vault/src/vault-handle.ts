import { createHmac, type KeyObject } from 'node:crypto';

/**
 * The handle of a sealed secret in the vault. A repeated call gets the same handle, and the handle cannot be guessed
 * without the key.
 *
 * @returns 32 lower-case hex digits
 */
export function vaultHandle(key: KeyObject, reissueId: string, updateId: string, field: string): string {
  // JSON, so that two different triples never give the same bytes.
  const input = JSON.stringify(['reseal/vault-handle/v1', reissueId, updateId, field]);
  return createHmac('sha256', key).update(input).digest('hex').slice(0, 32);
}
