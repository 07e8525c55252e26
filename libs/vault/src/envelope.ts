/** What a sealed secret may be used for. */
export const envelopePurposes = ['identity', 'password', 'rrn', 'document', 'vid-random'] as const;
export type EnvelopePurpose = (typeof envelopePurposes)[number];

/** Pinned: an envelope that names other algorithms is refused (RFC 7518 sections 4.6 and 5.3). */
export const envelopeAlg = 'ECDH-ES+A256KW';
export const envelopeEnc = 'A256GCM';

/** Largest compact JWE that is taken, in characters. */
export const maxEnvelopeLength = 8192;
export const defaultMaxAgeMs = 15 * 60 * 1000;
/** How far a client's clock may be ahead of ours. */
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

/** An envelope that is not taken; it quotes nothing of the envelope. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
  constructor(
    readonly code: EnvelopeRefusal,
    reason: string,
  ) {
    super(`${code}: ${reason}`);
  }
}

/** What the protected header of an envelope says. */
export interface EnvelopeHeader {
  purpose: EnvelopePurpose;
  /** The reissue the secret is for; at start, its Idempotency-Key. */
  sub: string;
  /** Seconds since 1970. */
  iat: number;
  jti: string;
  kid: string;
  /** The front end that it was sealed at, by the name of its API key. */
  client: string | undefined;
  /** The key of the reissue that the secret is for: its thumbprint (RFC 7638). Absent where there is no reissue. */
  jkt: string | undefined;
}

/** What an envelope names beside its purpose, so that it is of no use at another front end or for another key. */
export interface EnvelopeBinding {
  /** The name of the front end's API key. */
  readonly client: string;
  /** Of the reissue's key (RFC 7638); null where there is no reissue. */
  readonly keyThumbprint: string | null;
}

/** What an envelope must be for to be taken. */
export interface EnvelopeExpectation {
  purpose: EnvelopePurpose;
  sub: string;
  /** Undefined for an envelope that came in before envelopes named these. */
  boundTo: EnvelopeBinding | undefined;
  /** Milliseconds since 1970. */
  now: number;
  maxAgeMs?: number;
}
