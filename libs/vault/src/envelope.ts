/** The kinds of secrets that envelopes carry. */
export const envelopePurposes = ['identity', 'password', 'rrn', 'document', 'vid-random'] as const;
export type EnvelopePurpose = (typeof envelopePurposes)[number];

/** The only algorithms that an envelope may name (RFC 7518 sections 4.6 and 5.3). */
export const envelopeAlg = 'ECDH-ES+A256KW';
export const envelopeEnc = 'A256GCM';

/** The largest compact JWE accepted, in characters. */
export const maxEnvelopeLength = 8192;
export const defaultMaxAgeMs = 15 * 60 * 1000;
/** How far a client's clock may be ahead of the server's. */
export const maxClockSkewMs = 60 * 1000;

export type EnvelopeRefusal =
  | 'ENVELOPE_MALFORMED'
  | 'ENVELOPE_EXPIRED'
  | 'ENVELOPE_WRONG_PURPOSE'
  | 'ENVELOPE_WRONG_SUBJECT'
  | 'ENVELOPE_WRONG_CLIENT'
  | 'ENVELOPE_WRONG_KEY'
  | 'ENVELOPE_UNKNOWN_KEY'
  | 'ENVELOPE_UNREADABLE';

/** An envelope was refused. The message quotes no part of the envelope. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
  constructor(
    readonly code: EnvelopeRefusal,
    reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}

/** The protected header of an envelope. */
export interface EnvelopeHeader {
  purpose: EnvelopePurpose;
  /** The reissue the secret is for; at start, its Idempotency-Key. */
  sub: string;
  /** Seconds since 1970. */
  iat: number;
  jti: string;
  kid: string;
  /** The front end that sealed it, by the name of its API key. */
  client: string | undefined;
  /** Thumbprint of the reissue's key (RFC 7638); absent if the secret belongs to no reissue. */
  jkt: string | undefined;
}

/** Front end and key that an envelope names, so that no other front end or key can use it. */
export interface EnvelopeBinding {
  /** The name of the front end's API key. */
  readonly client: string;
  /** Thumbprint of the reissue's key (RFC 7638); null if there is no reissue. */
  readonly keyThumbprint: string | null;
}

/** What an envelope must name to be accepted. */
export interface EnvelopeExpectation {
  purpose: EnvelopePurpose;
  sub: string;
  /** Undefined for an envelope received before envelopes named front end and key. */
  boundTo: EnvelopeBinding | undefined;
  /** Milliseconds since 1970. */
  now: number;
  maxAgeMs?: number;
}
