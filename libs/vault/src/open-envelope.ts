import { compactDecrypt, type CryptoKey } from 'jose';
import {
  envelopeAlg,
  envelopeEnc,
  EnvelopeError,
  type EnvelopeExpectation,
  type EnvelopeHeader,
} from './envelope.js';
import { inspectEnvelope } from './inspect-envelope.js';

/** Private vault keys by kid: {@link importVaultKeys}. */
export type VaultKeys = ReadonlyMap<string, CryptoKey>;

/**
 * Opens an envelope after checking it as {@link inspectEnvelope} does, and thereby authenticates its header.
 *
 * @param expected.now when the envelope was received, not when it is opened: a step may be retried hours later
 * @throws {EnvelopeError}
 */
export async function openEnvelope(
  jwe: string,
  expected: EnvelopeExpectation & { keys: VaultKeys },
): Promise<{ value: string; header: EnvelopeHeader }> {
  const header = inspectEnvelope(jwe, { ...expected, kids: expected.keys });
  const key = expected.keys.get(header.kid);
  try {
    if (!key) throw new TypeError('no key');
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [envelopeAlg],
      contentEncryptionAlgorithms: [envelopeEnc],
    });
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(plaintext), header };
  } catch {
    // The cause is not reported: it may depend on the secret, and does not help the sender.
    throw new EnvelopeError('ENVELOPE_UNREADABLE', 'it cannot be decrypted');
  }
}
