import {
  base64url,
  CompactSign,
  compactVerify,
  importJWK,
  type CompactJWSHeaderParameters,
  type JWK,
} from 'jose';
import { z } from 'zod';
import type { Hash } from './merkle.js';
import { textOf } from './parsing/decode.js';
import { readIJson } from './parsing/i-json.js';

/** The state of the log at a time: the number of its leaves and their root. */
export interface LogCheckpoint {
  /** The name of the log. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** ISO 8601. */
  readonly time: string;
}

/** A key that verifies signatures of the audit, and its period of use. */
export interface AuditKey {
  readonly jwk: JWK & { readonly kid: string };
  /** ISO 8601. */
  readonly validFrom: string;
  /** ISO 8601; absent while it is in use. */
  readonly validUntil?: string | undefined;
}

/** A signature is not accepted. */
export class InvalidSignature extends Error {
  override readonly name = 'InvalidSignature';

  constructor(
    readonly kind: 'SIGNATURE_INVALID' | 'KEY_NOT_TRUSTED' | 'FORMAT_INVALID',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** `typ` of the signatures, so that none can replace another (RFC 8725 section 3.11). */
const signatureTypes = {
  checkpoint: 'reseal-checkpoint+jws',
  evidence: 'reseal-evidence+jws',
} as const;
type SignatureType = keyof typeof signatureTypes;

const algorithm = 'EdDSA';

const checkpointSchema = z.object({
  origin: z.string(),
  size: z.int().min(1),
  root: z.string().regex(/^[\w-]{43}$/),
  time: z.iso.datetime(),
});

/** Signs with an Ed25519 key as a compact JWS (RFC 7515, RFC 8037). */
export async function signWith(
  key: JWK & { readonly kid: string },
  type: SignatureType,
  payload: object,
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: signatureTypes[type] })
    .sign(await importJWK(key, algorithm));
}

/** Signs a checkpoint in the form in which it is published and stored: a compact JWS. */
export const signCheckpoint = (
  key: JWK & { readonly kid: string },
  { origin, size, root, time }: LogCheckpoint,
): Promise<string> => signWith(key, 'checkpoint', { origin, size, root: base64url.encode(root), time });

/**
 * Verifies a signature by a trusted key. @returns the signed payload and the key
 *
 * @throws {InvalidSignature}
 */
export async function verifyJws(
  jws: string,
  type: SignatureType,
  keys: readonly AuditKey[],
): Promise<{ readonly payload: unknown; readonly key: AuditKey }> {
  let used: AuditKey | undefined;
  const keyFor = async ({ kid, typ }: CompactJWSHeaderParameters) => {
    if (typ !== signatureTypes[type])
      throw new InvalidSignature(
        'FORMAT_INVALID',
        `the type of the signature is ${String(typ)}, not ${signatureTypes[type]}`,
      );
    used = keys.find(({ jwk }) => jwk.kid === kid);
    if (!used) throw new InvalidSignature('KEY_NOT_TRUSTED', `the trust file has no key ${String(kid)}`);
    return importJWK(used.jwk, algorithm);
  };
  try {
    const { payload } = await compactVerify(jws, keyFor, { algorithms: [algorithm] });
    return { payload: readIJson(textOf(payload)), key: used! };
  } catch (error) {
    if (error instanceof InvalidSignature) throw error;
    throw new InvalidSignature('SIGNATURE_INVALID', 'the signature is not valid', { cause: error });
  }
}

/** Whether a key was in use at the time. */
export const wasValidAt = ({ validFrom, validUntil }: AuditKey, time: string): boolean =>
  Date.parse(validFrom) <= Date.parse(time) &&
  (validUntil === undefined || Date.parse(time) < Date.parse(validUntil));

/**
 * Verifies the signature of a checkpoint. @returns the checkpoint
 *
 * @throws {InvalidSignature}
 */
export async function verifyCheckpoint(jws: string, keys: readonly AuditKey[]): Promise<LogCheckpoint> {
  const { payload, key } = await verifyJws(jws, 'checkpoint', keys);
  const found = checkpointSchema.safeParse(payload);
  if (!found.success) throw new InvalidSignature('FORMAT_INVALID', 'the signed content is not a checkpoint');
  const { origin, size, root, time } = found.data;
  if (!wasValidAt(key, time))
    throw new InvalidSignature('KEY_NOT_TRUSTED', `key ${key.jwk.kid} was not in use at ${time}`);
  return { origin, size, root: base64url.decode(root), time };
}
