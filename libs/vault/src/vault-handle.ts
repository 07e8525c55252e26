import { createHmac } from 'node:crypto';

/**
 * The name under which a sealed secret lies in the vault. The same call repeated names the same row, and nobody
 * without the key can guess it.
 *
 * @returns 32 lower-case hex digits
 */
export function vaultHandle(key: Uint8Array, reissueId: string, updateId: string, field: string): string {
  // As JSON, so that no two different triples give the same bytes.
  const input = JSON.stringify(['reseal/vault-handle/v1', reissueId, updateId, field]);
  return createHmac('sha256', key).update(input).digest('hex').slice(0, 32);
}
