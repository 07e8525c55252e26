import {
  defaultMaxAgeMs,
  envelopeAlg,
  envelopeEnc,
  EnvelopeError,
  maxClockSkewMs,
  maxEnvelopeLength,
  envelopePurposes,
  type EnvelopeBinding,
  type EnvelopeExpectation,
  type EnvelopeHeader,
} from './envelope.js';

/** Compact serialization (RFC 7516 section 7.1): header, encrypted key, nonce, ciphertext, tag. */
const compactForm = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/;
const jtiForm = /^[A-Za-z0-9_-]{8,64}$/;
/** Base64url of a SHA-256. */
const thumbprintForm = /^[A-Za-z0-9_-]{43}$/;
/** The permitted header members. Any other (`zip`, `crit`, `jku`, …) would change how the envelope is processed. */
const headerNames = new Set([
  'alg',
  'enc',
  'kid',
  'epk',
  'apu',
  'apv',
  'typ',
  'purpose',
  'sub',
  'iat',
  'jti',
  'client',
  'jkt',
]);

/**
 * Checks all of an envelope that needs no private key: size, form, algorithms, a known key id, purpose, subject, front end,
 * key and age.
 *
 * The header is authenticated only when the envelope is opened. This check saves work but proves nothing.
 *
 * @throws {EnvelopeError}
 */
export function inspectEnvelope(
  jwe: string,
  expected: EnvelopeExpectation & { kids: { has(kid: string): boolean } },
): EnvelopeHeader {
  const header = parseHeader(jwe);
  if (!expected.kids.has(header.kid)) {
    throw new EnvelopeError('ENVELOPE_UNKNOWN_KEY', 'it is sealed to an unknown or retired key');
  }
  if (header.purpose !== expected.purpose) {
    throw new EnvelopeError('ENVELOPE_WRONG_PURPOSE', `it was not made for ${expected.purpose}`);
  }
  if (header.sub !== expected.sub) {
    throw new EnvelopeError('ENVELOPE_WRONG_SUBJECT', 'it was made for another reissue');
  }
  if (expected.boundTo) checkBinding(header, expected.boundTo);
  const ageMs = expected.now - header.iat * 1000;
  if (ageMs > (expected.maxAgeMs ?? defaultMaxAgeMs))
    throw new EnvelopeError('ENVELOPE_EXPIRED', 'it is too old');
  if (ageMs < -maxClockSkewMs) throw new EnvelopeError('ENVELOPE_EXPIRED', 'its iat is in the future');
  return header;
}

function checkBinding(header: EnvelopeHeader, { client, keyThumbprint }: EnvelopeBinding): void {
  if (header.client !== client)
    throw new EnvelopeError('ENVELOPE_WRONG_CLIENT', 'its client is not the front end that sent it');
  if (header.jkt !== (keyThumbprint ?? undefined))
    throw new EnvelopeError('ENVELOPE_WRONG_KEY', 'its jkt is not the thumbprint of the key of this reissue');
}

function parseHeader(jwe: string): EnvelopeHeader {
  const malformed = (reason: string) => new EnvelopeError('ENVELOPE_MALFORMED', reason);
  if (jwe.length > maxEnvelopeLength) throw malformed(`it is longer than ${maxEnvelopeLength} characters`);
  const [, encoded] = compactForm.exec(jwe) ?? [];
  if (encoded === undefined) throw malformed('it is not a compact JWE');
  const header = decodeObject(encoded);
  if (!header) throw malformed('its header is not a JSON object');
  if (!Object.keys(header).every((name) => headerNames.has(name)))
    throw malformed('its header has unknown members');
  const { alg, enc, kid, purpose, sub, iat, jti, client, jkt } = header;
  if (alg !== envelopeAlg || enc !== envelopeEnc)
    throw malformed(`it must use ${envelopeAlg} and ${envelopeEnc}`);
  if (typeof kid !== 'string') throw malformed('its header has no kid');
  if (typeof sub !== 'string') throw malformed('its header has no sub');
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat))
    throw malformed('its iat is not a whole number of seconds');
  if (typeof jti !== 'string' || !jtiForm.test(jti))
    throw malformed('its jti is not 8 to 64 base64url characters');
  if (client !== undefined && typeof client !== 'string') throw malformed('its client is not a string');
  if (jkt !== undefined && (typeof jkt !== 'string' || !thumbprintForm.test(jkt)))
    throw malformed('its jkt is not a thumbprint by SHA-256 (RFC 7638)');
  const known = envelopePurposes.find((name) => name === purpose);
  if (!known) throw malformed('its purpose is not known');
  return { purpose: known, sub, iat, jti, kid, client, jkt };
}

function decodeObject(encoded: string): Record<string, unknown> | undefined {
  try {
    const bytes = Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
