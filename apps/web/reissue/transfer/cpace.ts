import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * CPace (draft-irtf-cfrg-cpace, suite CPACE-RISTR255-SHA512, initiator and responder): two devices that know the same short
 * secret agree on a strong key. Who passes their shares on, or takes part without the secret, can try one secret in each
 * run, and cannot try any later. The group is that of `@noble/curves`; the draft's test vectors are in the spec.
 */

type Bytes = Uint8Array;
const { Point } = ristretto255;

const domain = utf8ToBytes('CPaceRistretto255');
const domainOfKey = utf8ToBytes('CPaceRistretto255_ISK');
/** Input block of SHA-512, in bytes. */
const hashBlock = 128;
const scalarBits = 252;

/** What both devices must know, and agree on. */
export interface Session {
  /** The shared secret, which may be short (PRS). */
  readonly secret: Bytes;
  /** What the key is for, and where (CI). */
  readonly channel: Bytes;
  /** Identifies the run (sid); may be empty if each secret is used for one run. */
  readonly sessionId: Bytes;
}

/** What one device sends: its public share, with a word for its role (Y and AD). */
export interface Message {
  readonly share: Bytes;
  readonly role: Bytes;
}

/** The scalar of a run, which is secret. It must not be used twice. */
export function newScalar(random: Bytes = crypto.getRandomValues(new Uint8Array(32))): bigint {
  return bytesToNumberLE(random) & ((1n << BigInt(scalarBits)) - 1n);
}

/** The public share of a device (Y). */
export const shareOf = (session: Session, scalar: bigint): Bytes => power(generator(session), scalar);

/**
 * The shared key (ISK), 64 bytes. Both devices get the same key if all they know is the same.
 *
 * @param initiator message of the device that sent first
 * @throws Error if the other share is not a valid element
 */
export function sharedKey(
  { sessionId }: Pick<Session, 'sessionId'>,
  scalar: bigint,
  theirShare: Bytes,
  { initiator, responder }: { readonly initiator: Message; readonly responder: Message },
): Bytes {
  const theirs = Point.fromBytes(theirShare);
  if (theirs.is0()) throw new Error('the share of the other device is the neutral element');
  const k = power(theirs, scalar);
  return sha512(
    concatBytes(
      withLengths(domainOfKey, sessionId, k),
      withLengths(initiator.share, initiator.role),
      withLengths(responder.share, responder.role),
    ),
  );
}

/** The secret generator of a session (`calculate_generator`). */
function generator({ secret, channel, sessionId }: Session): Element {
  const used = withLengths(domain).length + withLengths(secret).length + 1;
  const padding = new Uint8Array(Math.max(0, hashBlock - used));
  const text = withLengths(domain, secret, padding, channel, sessionId);
  return ristretto255_hasher.deriveToCurve!(sha512(text));
}

type Element = ReturnType<typeof Point.fromBytes>;

/** Scalars are below 2^252, and may be zero only with a negligible probability, which is then refused. */
const power = (element: Element, scalar: bigint): Bytes => element.multiply(scalar).toBytes();

/** Each string after its length (`lv_cat`); the lengths here are below 16,384. */
export function withLengths(...strings: readonly Bytes[]): Bytes {
  return concatBytes(
    ...strings.flatMap((bytes) => {
      const { length } = bytes;
      const prefix = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
      return [Uint8Array.from(prefix), bytes];
    }),
  );
}
